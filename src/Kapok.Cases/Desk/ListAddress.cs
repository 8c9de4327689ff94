using System.Text;
using Kapok.Cases.Handling;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Kapok.Cases.Desk;

/// <summary>A list as an address: what is filtered and in which order, without the place on the page. Saved views keep this text.</summary>
public static class ListAddress
{
    /// <summary>Rows of a page of a list.</summary>
    const int AtOnce = 200;

    static readonly string[] Lamps = ["red", "yellow", "green", "paused"], States = ["submitted", "correcting", "accepted", "suspended"], Sorts = ["due", "submitted"];

    public static CaseQuery Read(IQueryCollection query) => Read(name => query[name].ToString());

    /// <summary>From the text of a saved view.</summary>
    public static CaseQuery Read(string text)
    {
        var parts = QueryHelpers.ParseQuery(text);
        return Read(name => parts.TryGetValue(name, out var value) ? value.ToString() : "");
    }

    public static CaseQuery Read(Func<string, string> of)
    {
        string? One(string name, string[] among) => among.Contains(of(name)) ? of(name) : null;
        string? Text(string name) => of(name).Trim() is { Length: > 0 and <= 100 } text ? text : null;
        return new CaseQuery
        {
            Text = Text("q"), Lamp = One("lamp", Lamps), State = One("state", States), Item = Text("item"),
            Organisation = Guid.TryParse(of("organisation"), out var organisation) ? organisation : null,
            Closed = of("closed") is "1" or "true", Sort = One("sort", Sorts) ?? "due", After = Text("after"), Limit = AtOnce,
        };
    }

    /// <summary>The text of a query: the same query always gives the same text. The place on the page is left out.</summary>
    public static string Write(CaseQuery query)
    {
        var text = new StringBuilder();
        void Add(string name, string? value)
        {
            if (string.IsNullOrEmpty(value)) return;
            text.Append(text.Length == 0 ? "" : "&").Append(name).Append('=').Append(Uri.EscapeDataString(value));
        }
        Add("q", query.Text);
        Add("lamp", query.Lamp);
        Add("state", query.State);
        Add("item", query.Item);
        Add("organisation", query.Organisation?.ToString());
        Add("closed", query.Closed ? "1" : null);
        Add("sort", query.Sort == "due" ? null : query.Sort);
        return text.ToString();
    }

    public static string Of(string path, CaseQuery query, string? after = null)
    {
        var text = Write(query);
        if (after is not null) text += (text.Length == 0 ? "" : "&") + "after=" + Uri.EscapeDataString(after);
        return text.Length == 0 ? path : path + "?" + text;
    }

    /// <summary>Whether anything narrows the list.</summary>
    public static bool Narrows(CaseQuery query) => query is not { Text: null, Lamp: null, State: null, Item: null, Organisation: null };
}
