using System.Collections.Generic;

namespace NanoLibp2p.Postbox.Service.Stores;

/// <summary>What a check, a repair or a copy found.</summary>
public sealed class PostboxReport
{
    /// <summary>The most problems that are named; more are counted only.</summary>
    public const int MaxProblems = 100;

    private readonly List<string> _problems = [];

    /// <summary>Mailboxes that are whole.</summary>
    public int Mailboxes { get; internal set; }

    /// <summary>Items that wait and whose body hashes to their id.</summary>
    public long Items { get; internal set; }

    /// <summary>Settled heads.</summary>
    public long Settled { get; internal set; }

    /// <summary>Entries and mailboxes that are not whole: found by a check, dropped by a repair, left out by a copy.</summary>
    public long Damaged { get; internal set; }

    /// <summary>What is wrong and where, for the operator: the first <see cref="MaxProblems"/>, without peer ids.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Whether nothing is wrong.</summary>
    public bool IsWhole => Damaged == 0 && _problems.Count == 0;

    internal void Add(string problem)
    {
        if (_problems.Count < MaxProblems)
        {
            _problems.Add(problem);
        }
    }
}
