using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using NanoLibp2p.Core.Identify;

namespace NanoLibp2p.Cli;

/// <summary>Why a peer does not carry a topic, from what it says of itself.</summary>
internal static class PubSubCheck
{
    // that many seconds a peer may take to tell its subscriptions; on a network in order it takes a round trip or two
    private static readonly TimeSpan TimeToSubscribe = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan TimeToIdentify = TimeSpan.FromSeconds(2);

    private static readonly string[] Protocols = ["/meshsub/", "/floodsub/"];

    /// <summary>The beginning of a sentence on a connected peer that is not known to subscribe.</summary>
    internal static async Task<string> WhyNotAsync(PeerSession session, string topic)
        => await SpeaksPubSubAsync(session)
            ? $"{session.Peer} is connected, but does not subscribe to {topic}"
            : $"{session.Peer} is connected, but does not speak pubsub (gossipsub or floodsub), so it does not subscribe to {topic}";

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

    // a peer without identify is believed to
    private static async Task<bool> SpeaksPubSubAsync(PeerSession session)
    {
        Task<IReadOnlyList<(int Field, byte[] Value)>> answer = new IdentifyClient(session.Runner.Node).AskAsync(session.Connection);
        if (await session.WaitAsync(Task.WhenAny(answer, session.Runner.DelayAsync(TimeToIdentify))) != answer || !answer.IsCompletedSuccessfully)
        {
            return true;
        }
        string[] spoken = [.. (await answer).Where(one => one.Field == IdentifyField.Protocol).Select(one => SafeText.Decode(one.Value))];
        return Protocols.Any(prefix => spoken.Any(one => one.StartsWith(prefix, StringComparison.Ordinal)));
    }
}
