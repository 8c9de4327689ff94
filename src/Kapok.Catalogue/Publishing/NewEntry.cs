using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Codes;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Kapok.Identity;
using Npgsql;

namespace Kapok.Catalogue.Publishing;

/// <summary>Makes list entries, without content yet. The first event of an entry says who made it.</summary>
static class NewEntry
{
    public static Task<Guid> Base(NpgsqlConnection connection, Actor actor, DateTimeOffset at, string code, string name, string line, string division, Guid? organisation, int level, string? package)
    {
        var id = Guid.CreateVersion7();
        return Insert(connection, actor, at, new { id, parent = (Guid?)null, root = id, code, implementation = (string?)null, organisation, division, line, level = (short)level, name, package }, id);
    }

    /// <param name="upper">The entry it narrows: the item of the basic list, or the implementation of a division above.</param>
    public static Task<Guid> Implementation(NpgsqlConnection connection, Actor actor, DateTimeOffset at, Entry upper, Organisation organisation, int level, string? package)
    {
        var id = Guid.CreateVersion7();
        var implementation = ImplementationCode.Compose(organisation.CreditCode, level, upper.BasicCode).Code;
        return Insert(connection, actor, at, new
        {
            id, parent = (Guid?)upper.Id, root = upper.Root, code = upper.BasicCode, implementation = (string?)implementation, organisation = (Guid?)organisation.Id,
            division = organisation.DivisionPath, line = organisation.Line, level = (short)level, name = upper.Name, package,
        }, id);
    }

    static async Task<Guid> Insert(NpgsqlConnection connection, Actor actor, DateTimeOffset at, object values, Guid id)
    {
        var (events, head) = EventLog.Seal(id, ChainHead.Start(id), actor, at, [new(CatalogueEvents.Created, Json.Write(values))]);
        var parameters = new DynamicParameters(values);
        parameters.AddDynamicParams(new { at = at.UtcDateTime, seq = head.Seq, digest = head.Digest });
        await connection.ExecuteAsync("""
            insert into catalogue.item (id, parent, root, basic_code, implementation_code, organisation, division, line, level, name, package, created_at, changed_at, event_seq, event_digest)
            values (@id, @parent, @root, @code, @implementation, @organisation, @division, @line, @level, @name, @package, @at, @at, @seq, @digest)
            """, parameters);
        await EventLog.Insert(connection, events);
        return id;
    }
}
