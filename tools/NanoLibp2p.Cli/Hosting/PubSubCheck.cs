using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Host;

namespace NanoLibp2p.Cli;

/// <summary>Why a peer does not carry a topic, from what it says of itself.</summary>
internal static class PubSubCheck
{
    /// <summary>So long a peer may take to tell its subscriptions; on a network in order it takes a round trip or two.</summary>
    internal static readonly TimeSpan TimeToSubscribe = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan _timeToIdentify = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan _lookEvery = TimeSpan.FromMilliseconds(200);

    private static readonly string[] _protocols = ["/meshsub/", "/floodsub/"];

    /// <summary>The beginning of a sentence on a connected peer that is not known to subscribe.</summary>
    internal static async Task<string> WhyNotAsync(HostSession session, string topic)
        => WhyNot(session.Peer, topic, await SpeaksPubSubAsync(session));

    /// <summary>As <see cref="WhyNotAsync"/>, of a peer that was asked before.</summary>
    internal static string WhyNot(string peer, string topic, bool speaksPubSub)
        => $"{peer} is connected, but does not {(speaksPubSub ? "" : "speak pubsub (gossipsub or floodsub), so it does not ")}subscribe to "
            + $"{topic}";

    /// <summary>Whether the peer of a session subscribes to a topic.</summary>
    internal static async Task<bool> IsHeardAsync(HostSession session, string topic)
        => (await session.Node.GetSubscribersAsync(topic, session.Interrupted)).Contains(session.PeerId);

    /// <summary>Tells when the peer does not carry a topic, and when that changes, until the session ends.</summary>
    internal static async Task WatchAsync(HostSession session, string topic)
    {
        const string Until = ": nothing comes from it until it does; check the topic's name";
        await session.PauseAsync(TimeToSubscribe);
        bool? told = null;
        while (true)
        {
            bool isHeard = await IsHeardAsync(session, topic);
            if (!isHeard && told != false)
            {
                string why = told == true ? $"{session.Peer} does not subscribe to {topic} any more" : await WhyNotAsync(session, topic);
                if (told == null && await IsHeardAsync(session, topic))
                {
                    continue;
                }
                session.Output.Notice(session.Peer, why + Until);
                told = false;
            }
            else if (isHeard)
            {
                if (told == false)
                {
                    session.Output.Notice(session.Peer, $"{session.Peer} subscribes to {topic} now");
                }
                told = true;
            }
            await session.PauseAsync(_lookEvery);
        }
    }

    /// <summary>Whether a peer speaks pubsub, by the protocols of its answer to identify.</summary>
    internal static bool SpeaksPubSub(IEnumerable<string> protocols)
        => protocols.Any(spoken => _protocols.Any(prefix => spoken.StartsWith(prefix, StringComparison.Ordinal)));

    // of a peer that does not say, it is assumed
    private static async Task<bool> SpeaksPubSubAsync(HostSession session)
    {
        using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(session.Interrupted);
        late.CancelAfter(_timeToIdentify);
        try
        {
            return SpeaksPubSub((await session.Node.IdentifyAsync(session.PeerId, late.Token)).Protocols);
        }
        catch (Exception e) when (e is Libp2pException or OperationCanceledException)
        {
            return true;
        }
    }
}
