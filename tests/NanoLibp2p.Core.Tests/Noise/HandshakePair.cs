using System;
using NanoLibp2p.Crypto;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Noise;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Core.Tests.Noise;

/// <summary>
/// A NoiseHandshake under test and, at the other end, an honest HandshakeState that says whatever payload a test gives it.
/// </summary>
internal sealed class HandshakePair
{
    private const int BufferBytes = 4096;

    private readonly HandshakeState _peer;
    private readonly SeededRandom _random;
    private readonly byte[] _buffer = new byte[BufferBytes];

    public HandshakePair(NoiseSettings settings, CryptoProvider crypto, bool initiator, KeyPair peerStatic, PeerId? expected = null,
        uint seed = 1)
    {
        _random = new SeededRandom(seed);
        Crypto = crypto;
        Tested = new NoiseHandshake(crypto, settings);
        Tested.Start(initiator, expected);
        _peer = new HandshakeState(new ManagedCrypto());
        _peer.Start(NoisePattern.XX(), !initiator, [], peerStatic, null);
        IsInitiator = initiator;
    }

    public NoiseHandshake Tested { get; }

    public CryptoProvider Crypto { get; }

    public bool IsInitiator { get; }

    /// <summary>The id that the peer has proved to be its own; empty before.</summary>
    public byte[] RemoteId
    {
        get
        {
            return Tested.RemoteId[..Tested.RemoteIdCount];
        }
    }

    /// <summary>What the tested side said in its payload.</summary>
    public byte[]? Said { get; private set; }

    /// <summary>Runs up to and with the message in which the peer shows its identity, and what follows it.</summary>
    /// <returns>What NoiseHandshake made of that message.</returns>
    public int Run(byte[] payload)
    {
        if (IsInitiator)
        {
            TestedWrites();
            int result = PeerWrites(payload);
            if (result == 0)
            {
                TestedWrites();
                Assert.True(Tested.IsComplete);
            }
            return result;
        }

        Assert.Equal(0, PeerWrites([]));
        TestedWrites();
        int last = PeerWrites(payload);
        Assert.Equal(last == 0, Tested.IsComplete);
        return last;
    }

    public void TestedWrites()
    {
        Assert.True(Tested.State.IsMyTurn);
        if (Tested.State.NeedsEphemeral)
        {
            KeyPair ephemeral = new();
            ephemeral.Generate(Crypto, _random);
            Tested.State.UseEphemeral(ephemeral);
        }
        int expected = Tested.MessageBytes;
        int count = Tested.WriteMessage(_buffer, 0);
        Assert.Equal(expected, count);
        int read = _peer.ReadMessage(_buffer, 0, count, out int offset);
        Assert.True(read >= 0);
        Said = read == 0 ? Said : _buffer[offset..(offset + read)];
    }

    public int PeerWrites(byte[] payload)
    {
        byte[] message = PeerMessage(payload);
        return Tested.ReadMessage(message, 0, message.Length);
    }

    public byte[] PeerMessage(byte[] payload)
    {
        if (_peer.NeedsEphemeral)
        {
            KeyPair ephemeral = new();
            ephemeral.Generate(new ManagedCrypto(), _random);
            _peer.UseEphemeral(ephemeral);
        }
        int header = _peer.HeaderBytes;
        payload.CopyTo(_buffer, header);
        int count = _peer.WriteMessage(_buffer, 0, payload.Length);
        Assert.True(count > 0);
        return _buffer[..count];
    }
}
