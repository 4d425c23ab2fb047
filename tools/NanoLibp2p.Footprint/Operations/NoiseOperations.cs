using System;
using System.Collections.Generic;
using NanoLibp2p.Core;
using NanoLibp2p.Crypto;
using NanoLibp2p.Footprint.Metering;
using NanoLibp2p.Noise;

namespace NanoLibp2p.Footprint.Operations;

/// <summary>
/// One side's part of the libp2p handshake, from its first message to its last and the keys that follow. What a node does while
/// nobody waits is not in it: the static key and its signature, and the ephemeral keys.
/// </summary>
public static class NoiseOperations
{
    /// <summary>The operations.</summary>
    public static IEnumerable<Operation> All { get; } =
    [
        new("Noise XX initiator, unknown peer", () => Handshake(initiator: true, known: false)),
        new("Noise XX initiator, known peer", () => Handshake(initiator: true, known: true)),
        new("Noise XX responder, unknown peer", () => Handshake(initiator: false, known: false)),
        new("Noise XX responder, known peer", () => Handshake(initiator: false, known: true)),
    ];

    private static Action Handshake(bool initiator, bool known)
    {
        Side us = new(1);
        Side them = new(2);
        if (known)
        {
            Run(us, them, initiator);
        }
        us.Prepare();
        them.Prepare();
        return () => Run(us, them, initiator);
    }

    // only our side counts
    private static void Run(Side us, Side them, bool initiator)
    {
        Meter meter = SharedAssemblies.Meter;
        byte[] message = new byte[1024];
        us.Start(initiator);
        meter.Uncounted(() => them.Start(!initiator));
        for (bool ours = initiator; !us.Handshake.IsComplete || !them.Handshake.IsComplete; ours = !ours)
        {
            if (ours)
            {
                int count = Good(us.Handshake.WriteMessage(message, 0));
                meter.Uncounted(() => Good(them.Handshake.ReadMessage(message, 0, count)));
            }
            else
            {
                int count = 0;
                meter.Uncounted(() => count = Good(them.Handshake.WriteMessage(message, 0)));
                Good(us.Handshake.ReadMessage(message, 0, count));
            }
        }
        us.Split();
        meter.Uncounted(them.Split);
    }

    private static int Good(int result) =>
        result < 0 ? throw new InvalidOperationException($"the handshake failed with NoiseResult {result}") : result;

    private sealed class Side
    {
        private readonly SeededRandom _random;
        private readonly CryptoProvider _crypto = new ManagedCrypto();
        private readonly KeyPair _ephemeral = new();
        private readonly CipherState _sending;
        private readonly CipherState _receiving;

        public Side(int seed)
        {
            _random = new SeededRandom(seed);
            Identity identity = Identity.Create(_crypto, _random);
            NoiseIdentity shown = new(identity, _crypto, _random, earlyMuxer: true);
            Handshake = new NoiseHandshake(_crypto, new NoiseSettings(shown, offersMuxer: true, new PeerBindings(2), verifier: null));
            _sending = new CipherState(_crypto);
            _receiving = new CipherState(_crypto);
            Prepare();
        }

        public NoiseHandshake Handshake { get; }

        public void Prepare() => _ephemeral.Generate(_crypto, _random);

        public void Start(bool initiator)
        {
            Handshake.Start(initiator, expected: null);
            Handshake.State.UseEphemeral(_ephemeral);
        }

        public void Split() => Handshake.State.Split(_sending, _receiving);
    }
}
