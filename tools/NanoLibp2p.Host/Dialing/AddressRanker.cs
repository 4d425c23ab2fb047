using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Sockets;

namespace NanoLibp2p.Host.Dialing;

/// <summary>
/// In which order, and after how long, the addresses of a peer are dialled. As go-libp2p's ranker: addresses of our own networks first,
/// then the internet's, IPv6 and IPv4 in turn (RFC 8305), plain TCP before WebSocket, relays last.
/// </summary>
/// <remarks>
/// <code>
///   this host, our networks   from 0, one each NearAttemptDelay
///   the internet              from 0, or from AttemptDelay when there are near ones; one each AttemptDelay
///   private, not our networks AttemptDelay after the internet's, or from 0 when there are no others: mostly somebody else sits there
///   relays                    RelayDelay after the first when there is a direct one; one each AttemptDelay
/// </code>
/// The next begins at once when none is under way any more, so that dead addresses cost nothing.
/// </remarks>
internal static class AddressRanker
{
    internal static List<(DialTarget Target, TimeSpan Delay)> Rank(IEnumerable<DialTarget> targets, NearNetworks networks,
        DialOptions options)
    {
        List<DialTarget> circuits = [];
        List<DialTarget>[] direct = [[], [], []];
        foreach (DialTarget target in targets)
        {
            (target.Kind == DialKind.Circuit ? circuits : direct[(int)networks.Of(target.Ip!)]).Add(target);
        }

        List<(DialTarget, TimeSpan)> ranked = [];
        TimeSpan start = TimeSpan.Zero;
        for (int i = 0; i < direct.Length; i++)
        {
            if (direct[i].Count > 0)
            {
                Add(ranked, InTurn(direct[i]), start, i == (int)Nearness.Near ? options.NearAttemptDelay : options.AttemptDelay);
                start += options.AttemptDelay;
            }
        }

        Add(ranked, circuits, ranked.Count > 0 ? options.RelayDelay : TimeSpan.Zero, options.AttemptDelay);
        return [.. ranked.OrderBy(one => one.Item2)];
    }

    // IPv6 and IPv4 in turn, IPv6 first; in each, what costs least on the way
    private static IEnumerable<DialTarget> InTurn(List<DialTarget> targets)
    {
        Queue<DialTarget> six = new(targets.Where(IsSix).OrderBy(target => target.Kind));
        Queue<DialTarget> four = new(targets.Where(target => !IsSix(target)).OrderBy(target => target.Kind));
        while (six.Count + four.Count > 0)
        {
            if (six.TryDequeue(out DialTarget? next))
            {
                yield return next;
            }

            if (four.TryDequeue(out next))
            {
                yield return next;
            }
        }
    }

    private static bool IsSix(DialTarget target) => target.Ip!.AddressFamily == AddressFamily.InterNetworkV6;

    private static void Add(List<(DialTarget, TimeSpan)> ranked, IEnumerable<DialTarget> targets, TimeSpan start, TimeSpan step)
    {
        foreach (DialTarget target in targets)
        {
            ranked.Add((target, start));
            start += step;
        }
    }
}
