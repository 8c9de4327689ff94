using Kapok.Cases.Flow;
using Kapok.Foundation.Expressions;

namespace Kapok.Cases.Deciding;

/// <summary>Operations that service tasks of flows may call. They act within the step; what takes long belongs in a job.</summary>
static class CaseServices
{
    /// <summary>Names an installation accepts.</summary>
    public static readonly IReadOnlySet<string> Known = new HashSet<string> { "notify", "document", "note", "message" };

    public static void Call(CaseAct act, Effect.CallService call)
    {
        string Read(string name) => call.Parameters.FirstOrDefault(p => p.Key == name) is { Key: not null } p && !p.Value.IsNull ? p.Value.ToString()! : "";
        switch (call.Operation)
        {
            case "notify": act.Tell("message", Read("title") is { Length: > 0 } t ? t : act.Row.ItemName, Read("text")); break;
            case "document": act.Document(Read("document")); break;
            case "note": act.Note(Read("text")); break;
            case "message": act.Send(call.NodeId, null, call.Parameters); break;
        }
        act.Log("service-called", new { call.Operation, call.NodeId });
        act.Move(new Trigger.ServiceFinished(call.Key));
    }
}
