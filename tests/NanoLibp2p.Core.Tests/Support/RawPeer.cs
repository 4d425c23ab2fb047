using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using NanoLibp2p.Core.Tests.Noise;
using NanoLibp2p.Core.Tests.Yamux;
using NanoLibp2p.Crypto;
using NanoLibp2p.Hal;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Noise;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Core.Tests.Support;

/// <summary>
/// A peer in the hands of a test: honest as far as the test lets it be, byte by byte at any step. What waits for bytes runs the
/// simulation meanwhile.
/// </summary>
internal sealed class RawPeer
{
    private const int PatienceMs = 60_000;

    private readonly Simulation _simulation;
    private readonly MemoryTransport _host;
    private readonly CryptoProvider _crypto = new ManagedCrypto();
    private readonly SeededRandom _random;
    private readonly Queue<byte> _inbox = new();
    private readonly List<byte> _plain = [];
    private readonly CipherState _sending;
    private readonly CipherState _receiving;
    private MemoryLink? _link;
    private bool _dialed;

    public RawPeer(Simulation simulation)
    {
        _simulation = simulation;
        _host = simulation.Network.AddHost();
        _random = new SeededRandom(simulation.Network.TakeSeed());
        Identity = Identity.Create(_crypto, _random);
        StaticKey.Generate(_crypto, _random);
        _sending = new CipherState(_crypto);
        _receiving = new CipherState(_crypto);
    }

    public Identity Identity { get; }

    public KeyPair StaticKey { get; } = new();

    public MemoryLink Link => _link!;

    /// <summary>The longest record read since this was set to 0, in bytes.</summary>
    public int LongestRecord { get; set; }

    /// <summary>Whether the other side has said anything that was not read yet.</summary>
    public bool HasHeard
    {
        get
        {
            Fetch();
            return _inbox.Count > 0;
        }
    }

    public Multiaddr Listen()
    {
        int port = _host.Listen("127.0.0.1", 0, out LinkError _);
        return Multiaddr.Parse($"/ip4/127.0.0.1/tcp/{port}").WithPeerId(Identity.PeerId);
    }

    public RawPeer Accept()
    {
        Wait(() => (_link = (MemoryLink?)_host.Accept()) != null);
        _dialed = false;
        return this;
    }

    public RawPeer Dial(Multiaddr address)
    {
        _link = (MemoryLink)_host.Dial("127.0.0.1", address.Port);
        _dialed = true;
        return this;
    }

    public void Write(params byte[] bytes)
    {
        int at = 0;
        Wait(() =>
        {
            int taken = Link.Write(bytes, at, bytes.Length - at);
            at += Math.Max(0, taken);
            if (taken == 0)
            {
                // the other side may be waiting until it is heard
                Fetch();
            }
            return at == bytes.Length || taken < 0;
        });
    }

    public byte[] Read(int count)
    {
        byte[] bytes = new byte[count];
        int at = 0;
        bool ended = false;
        Wait(() =>
        {
            ended = Fetch() < 0;
            for (; at < count && _inbox.Count > 0; at++)
            {
                bytes[at] = _inbox.Dequeue();
            }
            return at == count || ended;
        });
        return at < count ? throw new EndOfStreamException() : bytes;
    }

    /// <summary>True once the other side has ended or broken the link; reads past what it said before.</summary>
    public bool IsCutOff
    {
        get
        {
            byte[] rest = new byte[256];
            int read;
            do
            {
                read = Link.Read(rest, 0, rest.Length);
            }
            while (read > 0);
            return read < 0;
        }
    }

    /// <summary>One multistream-select message.</summary>
    public void Say(string id) => Write(Message(id));

    public string Hear()
    {
        int length = Read(1)[0];
        return Encoding.ASCII.GetString(Read(length)).TrimEnd('\n');
    }

    public static byte[] Message(string id) => [(byte)(id.Length + 1), .. Encoding.ASCII.GetBytes(id), (byte)'\n'];

    /// <summary>Agrees on Noise.</summary>
    public void AgreeOnNoise()
    {
        Say("/multistream/1.0.0");
        if (_dialed)
        {
            Say("/noise");
        }
        Assert.Equal("/multistream/1.0.0", Hear());
        Assert.Equal("/noise", Hear());
        if (!_dialed)
        {
            Say("/noise");
        }
    }

    public byte[] HonestPayload() => Payload.Honest(Identity, StaticKey, "/yamux/1.0.0");

    /// <summary>All of the handshake, with an early multiplexer unless the payload says otherwise.</summary>
    public RawPeer Handshake(byte[]? payload = null, Action<byte[]>? spoil = null)
    {
        AgreeOnNoise();
        HandshakeState state = new(_crypto);
        state.Start(NoisePattern.XX(), _dialed, [], StaticKey, null);
        while (!state.IsComplete)
        {
            if (state.IsMyTurn)
            {
                WriteHandshake(state, state.MessageIndex == 0 ? [] : payload ?? HonestPayload(), spoil);
            }
            else
            {
                byte[] message = ReadRecord();
                Assert.True(state.ReadMessage(message, 0, message.Length, out int _) >= 0);
            }
        }
        state.Split(_sending, _receiving);
        return this;
    }

    /// <summary>A record as it stands: two bytes of length, and the bytes.</summary>
    public void WriteRecord(byte[] record) => Write([(byte)(record.Length >> 8), (byte)record.Length, .. record]);

    public byte[] ReadRecord()
    {
        byte[] length = Read(2);
        LongestRecord = Math.Max(LongestRecord, (length[0] << 8) | length[1]);
        return Read((length[0] << 8) | length[1]);
    }

    public byte[] Seal(byte[] plaintext)
    {
        byte[] record = new byte[plaintext.Length + CryptoProvider.TagBytes];
        plaintext.CopyTo(record, 0);
        _sending.Encrypt([], 0, 0, record, 0, plaintext.Length);
        return record;
    }

    public void Send(params Frame[] frames)
    {
        // several records where one would exceed what a small device takes
        foreach (byte[] part in frames.SelectMany(frame => frame.ToBytes()).Chunk(1024))
        {
            SendBytes(part);
        }
    }

    public void SendBytes(byte[] plaintext) => WriteRecord(Seal(plaintext));

    /// <summary>The next Yamux frame.</summary>
    public Frame Receive()
    {
        while (true)
        {
            byte[] bytes = [.. _plain];
            if (bytes.Length >= 12 && (bytes[1] != Frame.Data || (uint)bytes.Length >= 12 + Length(bytes)))
            {
                Frame frame = Frame.Read(bytes, out int size);
                _plain.RemoveRange(0, size);
                return frame;
            }
            _plain.AddRange(OpenRecord());
        }
    }

    /// <summary>What is in the next record.</summary>
    public byte[] OpenRecord()
    {
        byte[] record = ReadRecord();
        int count = _receiving.Decrypt([], 0, 0, record, 0, record.Length);
        Assert.True(count >= 0);
        return record[..count];
    }

    /// <summary>Runs the simulation until it holds.</summary>
    public void Wait(Func<bool> until) =>
        Assert.True(_simulation.Run(() => until(), PatienceMs), "the other side did not answer in a minute");

    // moves what has arrived into the inbox
    private int Fetch()
    {
        byte[] piece = new byte[4096];
        int read;
        while ((read = Link.Read(piece, 0, piece.Length)) > 0)
        {
            foreach (byte b in piece.AsSpan(0, read))
            {
                _inbox.Enqueue(b);
            }
        }
        return read;
    }

    private static uint Length(byte[] bytes) => NanoLibp2p.Buffers.Bytes.ReadUInt32BigEndian(bytes, 8);

    private void WriteHandshake(HandshakeState state, byte[] payload, Action<byte[]>? spoil)
    {
        if (state.NeedsEphemeral)
        {
            KeyPair ephemeral = new();
            ephemeral.Generate(_crypto, _random);
            state.UseEphemeral(ephemeral);
        }
        byte[] buffer = new byte[state.HeaderBytes + payload.Length + CryptoProvider.TagBytes];
        payload.CopyTo(buffer, state.HeaderBytes);
        byte[] message = buffer[..state.WriteMessage(buffer, 0, payload.Length)];
        if (payload.Length > 0)
        {
            spoil?.Invoke(message);
        }
        WriteRecord(message);
    }
}
