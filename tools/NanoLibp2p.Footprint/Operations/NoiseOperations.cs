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
        var us = new Side(1);
        var them = new Side(2);
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
        var meter = SharedAssemblies.Meter;
        var message = new byte[1024];
        us.Start(initiator);
        meter.Uncounted(() => them.Start(!initiator));
        for (var ours = initiator; !us.Handshake.IsComplete || !them.Handshake.IsComplete; ours = !ours)
        {
            if (ours)
            {
                var count = Good(us.Handshake.WriteMessage(message, 0));
                meter.Uncounted(() => Good(them.Handshake.ReadMessage(message, 0, count)));
            }
            else
            {
                var count = 0;
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
        private readonly SeededRandom random;
        private readonly CryptoProvider crypto = new ManagedCrypto();
        private readonly KeyPair ephemeral = new();
        private readonly CipherState sending;
        private readonly CipherState receiving;

        public Side(int seed)
        {
            random = new SeededRandom(seed);
            var identity = Identity.Create(crypto, random);
            var shown = new NoiseIdentity(identity, crypto, random, earlyMuxer: true);
            Handshake = new NoiseHandshake(crypto, new NoiseSettings(shown, offersMuxer: true, new PeerBindings(2), verifier: null));
            sending = new CipherState(crypto);
            receiving = new CipherState(crypto);
            Prepare();
        }

        public NoiseHandshake Handshake { get; }

        public void Prepare() => ephemeral.Generate(crypto, random);

        public void Start(bool initiator)
        {
            Handshake.Start(initiator, expected: null);
            Handshake.State.UseEphemeral(ephemeral);
        }

        public void Split() => Handshake.State.Split(sending, receiving);
    }
}
