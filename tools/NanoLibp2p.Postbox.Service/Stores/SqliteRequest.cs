using System;
using System.Threading.Tasks;

namespace NanoLibp2p.Postbox.Service.Stores;

/// <summary>One call that waits for the writer of a <see cref="SqlitePostboxStore"/>.</summary>
internal abstract class SqliteRequest
{
    /// <summary>About how many rows it changes.</summary>
    internal required int Entries { get; init; }

    /// <summary>Does it within a transaction.</summary>
    /// <param name="writer">The writer.</param>
    internal abstract void Do(SqliteWriter writer);

    /// <summary>Answers, after the commit.</summary>
    internal abstract void Complete();

    /// <summary>Answers that nothing was done, or that it is unknown.</summary>
    /// <param name="fault">Why.</param>
    internal abstract void Fail(Exception fault);
}
