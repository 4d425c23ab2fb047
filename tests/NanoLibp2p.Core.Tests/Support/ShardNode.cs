using System.Collections.Generic;
using NanoLibp2p.Crypto;
using NanoLibp2p.Hal;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Core.Tests.Support;

/// <summary>
/// A node whose connections are stepped one by one: those whose link is readable, those that the node tells of, and those whose deadline
/// is over. Counts the steps.
/// </summary>
internal sealed class ShardNode : TestNode
{
    private readonly Scheduler _scheduler = new();
    private readonly HashSet<Connection> _unsent = [];

    public ShardNode(MemoryNetwork network, NodeOptions options, CryptoProvider? crypto = null)
        : base(network, options, crypto ?? new ManagedCrypto())
    {
        Node.Scheduler = _scheduler;
    }

    /// <summary>Steps of any connection so far.</summary>
    public int Steps { get; private set; }

    /// <summary>Times that the node told of work so far.</summary>
    public int Told => _scheduler.Told;

    /// <summary>Callers turned away.</summary>
    public int TurnedAway { get; private set; }

    public override long Poll(long nowMs)
    {
        long now = Node.Advance(nowMs);
        while (Transport.Accept() is { } link)
        {
            Connection? connection = Node.Adopt(link);
            if (connection == null)
            {
                TurnedAway++;
                link.Close();
            }
            else
            {
                _scheduler.Due.Add(connection);
            }
        }

        long next = Node.PollProtocols();
        foreach (Connection connection in Node.Connections)
        {
            if (IsReady(connection) || connection.NextDeadline <= now)
            {
                _scheduler.Due.Add(connection);
            }
        }

        Connection[] due = [.. _scheduler.Due];
        _scheduler.Due.Clear();
        bool moved = false;
        foreach (Connection connection in due)
        {
            Steps++;
            bool stepped = connection.Step() | connection.Flush();
            if (stepped && connection.HasUnread)
            {
                _scheduler.Due.Add(connection);
            }

            // the link was full: a poller would tell when it is not
            _ = connection.HasUnsent ? _unsent.Add(connection) : _unsent.Remove(connection);

            moved |= stepped;
        }

        if (moved || _scheduler.Due.Count > 0)
        {
            return nowMs;
        }

        foreach (Connection connection in Node.Connections)
        {
            next = System.Math.Min(next, connection.NextDeadline);
        }

        return next == long.MaxValue ? next : nowMs + (next - now);
    }

    private bool IsReady(Connection connection) =>
        connection.State == ConnectionState.Dialing
        || (connection.Link is MemoryLink link && ((link.IsReadable && connection.WantsRead) || _unsent.Contains(connection)));

    private sealed class Scheduler : NodeScheduler
    {
        public HashSet<Connection> Due { get; } = [];

        public int Told { get; private set; }

        public override void OnWork(Connection connection)
        {
            Told++;
            Due.Add(connection);
        }
    }
}
