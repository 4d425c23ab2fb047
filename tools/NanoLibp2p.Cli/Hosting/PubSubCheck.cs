using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using NanoLibp2p.Core.Identify;

namespace NanoLibp2p.Cli;

/// <summary>Why a peer does not carry a topic, from what it says of itself.</summary>
internal static class PubSubCheck
{
    /// <summary>So long a peer may take to tell its subscriptions; on a network in order it takes a round trip or two.</summary>
    internal static readonly TimeSpan TimeToSubscribe = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan _timeToIdentify = TimeSpan.FromSeconds(2);

    private static readonly string[] _protocols = ["/meshsub/", "/floodsub/"];

    /// <summary>The beginning of a sentence on a connected peer that is not known to subscribe.</summary>
    internal static async Task<string> WhyNotAsync(PeerSession session, string topic)
        => WhyNot(session.Peer, topic, await SpeaksPubSubAsync(session));

    /// <summary>As <see cref="WhyNotAsync"/>, of a peer that was asked before.</summary>
    internal static string WhyNot(string peer, string topic, bool speaksPubSub)
        => $"{peer} is connected, but does not {(speaksPubSub ? "" : "speak pubsub (gossipsub or floodsub), so it does not ")}subscribe to "
            + $"{topic}";

    /// <summary>Tells when the peer does not carry a topic, and when that changes.</summary>
    /// <param name="session">The session, which goes on meanwhile.</param>
    /// <param name="messages">Its pubsub.</param>
    /// <param name="name">The topic's name.</param>
    /// <param name="isHeard">Whether the peer subscribes now.</param>
    internal static async Task WatchAsync(PeerSession session, Messages messages, string name, Func<bool> isHeard)
    {
        const string Until = ": nothing comes from it until it does; check the topic's name";
        await session.PauseAsync(TimeToSubscribe);
        messages.Unsubscribed += (_, topic) => Tell(topic, $"{session.Peer} does not subscribe to {name} any more{Until}");
        if (!isHeard())
        {
            string why = await WhyNotAsync(session, name);
            if (!isHeard())
            {
                session.Output.Notice(session.Peer, why + Until);
                messages.Subscribed += (_, topic) => Tell(topic, $"{session.Peer} subscribes to {name} now");
            }
        }

        void Tell(PubSub.Topic topic, string sentence)
        {
            if (Messages.NameOf(topic) == name)
            {
                session.Output.Notice(session.Peer, sentence);
            }
        }
    }

    /// <summary>Whether a peer speaks pubsub, by its answer to identify.</summary>
    internal static bool SpeaksPubSub(IEnumerable<(int Field, byte[] Value)> identity)
        => identity.Where(one => one.Field == IdentifyField.Protocol).Select(one => SafeText.Decode(one.Value))
            .Any(spoken => _protocols.Any(prefix => spoken.StartsWith(prefix, StringComparison.Ordinal)));

    // of a peer that does not say, it is assumed
    private static async Task<bool> SpeaksPubSubAsync(PeerSession session)
    {
        Task<IReadOnlyList<(int Field, byte[] Value)>> answer = new IdentifyClient(session.Runner.Node).AskAsync(session.Connection);
        return await session.WaitAsync(Task.WhenAny(answer, session.Runner.DelayAsync(_timeToIdentify))) != answer
            || !answer.IsCompletedSuccessfully || SpeaksPubSub(await answer);
    }
}
