using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Crypto;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Frames.Gateway;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Gateway.Radio;

/// <summary>The frame sessions of all radios of a gateway, for any thread.</summary>
internal sealed class RadioSessions : IDisposable
{
    private const int RoomOfFrame = 8192;
    private readonly Lock _lock = new();
    private readonly DesktopCrypto _crypto = new();
    private readonly SqliteFrameStore _store;
    private readonly FrameGateway _gateway;
    private readonly Action<FramePublication> _publish;
    private IOException? _failed;

    /// <summary>Opens the store.</summary>
    /// <param name="identity">Who the gateway is.</param>
    /// <param name="store">Where they are kept.</param>
    /// <param name="admits">Who gets a session.</param>
    /// <param name="calls">What devices call.</param>
    /// <param name="publish">Takes messages for the mesh, after the store has them.</param>
    /// <param name="callFailed">Told when what devices call threw.</param>
    /// <param name="refused">Told of openings that got no session: whose, or null for nobody's that is known.</param>
    /// <exception cref="System.IO.IOException">The store takes nothing.</exception>
    internal RadioSessions(Identity identity, SqliteFrameOptions store, Func<PeerId, bool> admits, IFrameCalls? calls,
        Action<FramePublication> publish, Action<PeerId, int, Exception> callFailed, Action<PeerId?> refused)
    {
        _publish = publish;
        _store = new SqliteFrameStore(store);
        _gateway = new FrameGateway(new FrameGatewayOptions
        {
            Identity = identity,
            Crypto = _crypto,
            Random = new SystemRandom(),
            Store = _store,
            Admits = admits,
            IsRestored = _store.IsRestored,
            OnStoreFailed = e => _failed = e,
            OnCallFailed = callFailed,
            OnRefused = refused,
            Calls = calls,
        }, Take);
    }

    /// <summary>Whether the database went back to a copy, so that sessions are resumed first.</summary>
    internal bool IsRestored => _store.IsRestored;

    /// <summary>Names the copy that the database went back to last; empty when it never did.</summary>
    internal string Copy => Convert.ToHexString(_store.LastCopy.Span);

    /// <summary>Whether messages that are not published are kept outside of the data folder, too.</summary>
    internal bool HasOutside => _store.HasOutside;

    /// <summary>Takes a frame from a radio, and gives its answer.</summary>
    internal FrameOutgoing? OnFrame(FrameRadio radio, string address, ReadOnlySpan<byte> frame)
    {
        lock (_lock)
        {
            return _gateway.OnFrame(radio, address, frame, DateTimeOffset.UtcNow);
        }
    }

    /// <summary>What is ready for devices that listen always.</summary>
    internal IReadOnlyList<FrameOutgoing> Due()
    {
        lock (_lock)
        {
            return _gateway.Due();
        }
    }

    /// <summary>Why the store failed a frame, until it takes something again; null when it works.</summary>
    internal IOException? Failure()
    {
        lock (_lock)
        {
            try
            {
                if (_failed != null)
                {
                    // of more than a message: what is as small as before finds room where nothing else does
                    _store.WriteNote("works", new byte[RoomOfFrame]);
                    _store.WriteNote("works", [1]);
                    _failed = null;
                }
            }
            catch (IOException e)
            {
                _failed = e;
            }

            return _failed;
        }
    }

    /// <summary>Calls a device: with its next frame, or at once where it listens always.</summary>
    /// <returns>Its answer; null when it is not known.</returns>
    /// <exception cref="InvalidOperationException">Too many calls wait for it.</exception>
    internal Task<FrameReply>? Call(PeerId device, int method, ReadOnlyMemory<byte> body)
    {
        lock (_lock)
        {
            return _gateway.Find(device) == null ? null : _gateway.CallAsync(device, method, body);
        }
    }

    /// <summary>The oldest messages of a topic that were taken and are not on it yet.</summary>
    /// <exception cref="IOException">The store can't be read.</exception>
    internal IReadOnlyList<FramePublication> Outbox(string topic, int count)
    {
        lock (_lock)
        {
            return _gateway.Outbox(topic, count);
        }
    }

    /// <summary>How many there are of each topic.</summary>
    /// <exception cref="IOException">The store can't be read.</exception>
    internal IReadOnlyDictionary<string, long> OutboxTopics()
    {
        lock (_lock)
        {
            return _gateway.OutboxTopics();
        }
    }

    /// <summary>A message is on its topic.</summary>
    internal void Published(FramePublication publication)
    {
        lock (_lock)
        {
            _gateway.Published(publication);
        }
    }

    /// <summary>Remembers a device by its card.</summary>
    /// <returns>False when a newer card of it was seen.</returns>
    internal bool Remember(RadioCard card)
    {
        lock (_lock)
        {
            return (_gateway.Find(card.Peer) is { IsRemembered: true } known && known.CardIndex == card.Card[0]
                && known.StaticKey.AsSpan().SequenceEqual(card.StaticKey)) || _gateway.Remember(card.Peer, card.Card, card.StaticKey);
        }
    }

    /// <summary>Verifies with it; on one thread at a time.</summary>
    internal RadioCard Parse(string text)
    {
        lock (_lock)
        {
            return RadioCard.Parse(text, _crypto);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _store.Dispose();
            _crypto.Dispose();
        }
    }

    private void Take(FrameDevice device, FrameTaken taken)
    {
        if (taken.Publication is { } publication)
        {
            _publish(publication);
        }
    }
}
