using System;
using NanoLibp2p.Core;
using NanoLibp2p.Crypto;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Noise;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Fuzz;

/// <summary>
/// First byte: which side, and whether the rest is a handshake message as it arrives or the payload of one that is sealed as it
/// should be.
/// </summary>
internal static class NoiseTarget
{
    private static readonly CryptoProvider _crypto = new CheapCrypto();
    private static readonly Identity _own = Identity.Create(_crypto, new SeededRandom(1));
    private static readonly NoiseSettings _settings =
        new(new NoiseIdentity(_own, _crypto, new SeededRandom(2), true), true, new PeerBindings(2), null);

    private static readonly KeyPair _peerStatic = MakeKeys(3);
    private static readonly KeyPair _ephemeral = MakeKeys(4);
    private static readonly KeyPair _peerEphemeral = MakeKeys(5);

    public static void Run(byte[] input)
    {
        if (input.Length == 0 || input.Length > 4000)
        {
            return;
        }
        bool initiator = (input[0] & 1) != 0;
        bool sealedAsItShould = (input[0] & 2) != 0;
        bool first = (input[0] & 4) != 0;
        ReadOnlySpan<byte> rest = input.AsSpan(1);

        NoiseHandshake handshake = new(_crypto, _settings);
        handshake.Start(initiator, null);
        handshake.State.UseEphemeral(_ephemeral);
        HandshakeState peer = new(_crypto);
        peer.Start(NoisePattern.XX(), !initiator, [], _peerStatic, null);
        peer.UseEphemeral(_peerEphemeral);

        byte[] buffer = new byte[8192];
        if (initiator)
        {
            Hand(handshake, peer, buffer);
        }
        else if (!first)
        {
            int count = peer.WriteMessage(buffer, 0, 0);
            FuzzTarget.Must(handshake.ReadMessage(buffer, 0, count) == 0, "refuses an honest message");
            Hand(handshake, peer, buffer);
        }

        Guarded message;
        if (sealedAsItShould && (initiator || !first))
        {
            int header = peer.HeaderBytes;
            rest.CopyTo(buffer.AsSpan(header));
            message = new Guarded(buffer.AsSpan(0, peer.WriteMessage(buffer, 0, rest.Length)));
        }
        else
        {
            message = new Guarded(rest);
        }

        int result = handshake.ReadMessage(message.Bytes, message.Offset, message.Count);
        FuzzTarget.Must(result is <= 0 and >= NoiseResult.MuxerMismatch, "a result that nobody knows: " + result);
        FuzzTarget.Must(!handshake.IsComplete || result == 0, "complete without being right");
        FuzzTarget.Must(handshake.RemoteIdCount == 0
            || PeerId.CheckBytes(handshake.RemoteId, 0, handshake.RemoteIdCount) == 0, "an id that is none");
        message.Check();
        handshake.State.Clear();
    }

    private static void Hand(NoiseHandshake handshake, HandshakeState peer, byte[] buffer)
    {
        int count = handshake.WriteMessage(buffer, 0);
        FuzzTarget.Must(peer.ReadMessage(buffer, 0, count, out int _) >= 0, "writes what nobody reads");
    }

    private static KeyPair MakeKeys(uint seed)
    {
        KeyPair keys = new();
        keys.Generate(_crypto, new SeededRandom(seed));
        return keys;
    }
}
