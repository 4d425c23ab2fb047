using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Net.Sockets;
using System.Text;
using System.Threading.Tasks;
using NanoLibp2p.Crypto;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Noise;

namespace NanoLibp2p.Host.Tests;

/// <summary>A peer over TCP that proves who it is and then says whatever bytes a test wants.</summary>
internal sealed class RawCaller : IDisposable
{
    internal const ushort Syn = 1;
    internal const ushort Fin = 4;
    internal const ushort Rst = 8;
    private const int HeaderBytes = 12;

    private static readonly CryptoProvider _crypto = new ManagedCrypto();

    private readonly TcpClient _client = new();
    private readonly CipherState _sending = new(_crypto);
    private readonly CipherState _receiving = new(_crypto);
    private readonly List<byte> _plain = [];

    internal Identity Identity { get; } = Identity.Create(_crypto, new SystemRandom());

    public void Dispose() => _client.Dispose();

    /// <summary>Calls a node, up to Yamux.</summary>
    internal async Task<RawCaller> ConnectAsync(Multiaddr address)
    {
        await _client.ConnectAsync(address.Host, address.Port).WaitAsync(Nodes.Patience);
        byte[] hello = [.. Line("/multistream/1.0.0"), .. Line("/noise")];
        await WriteAsync(hello);
        Assert.Equal(hello, await ReadAsync(hello.Length));
        NoiseHandshake handshake = new(
            _crypto, new NoiseSettings(new NoiseIdentity(Identity, _crypto, new SystemRandom(), true), true, new PeerBindings(1), null));
        handshake.Start(true, null!);
        while (!handshake.IsComplete)
        {
            if (!handshake.State.IsMyTurn)
            {
                byte[] message = await ReadRecordAsync();
                Assert.Equal(0, handshake.ReadMessage(message, 0, message.Length));
                continue;
            }

            if (handshake.State.NeedsEphemeral)
            {
                KeyPair ephemeral = new();
                ephemeral.Generate(_crypto, new SystemRandom());
                handshake.State.UseEphemeral(ephemeral);
            }

            byte[] buffer = new byte[handshake.MessageBytes];
            await WriteRecordAsync(buffer.AsMemory(0, handshake.WriteMessage(buffer, 0)).ToArray());
        }

        handshake.State.Split(_sending, _receiving);
        return this;
    }

    /// <summary>A line of multistream-select.</summary>
    internal static byte[] Line(string text) => [(byte)(text.Length + 1), .. Encoding.ASCII.GetBytes(text), (byte)'\n'];

    /// <summary>Sends a data frame of a stream.</summary>
    internal Task SendAsync(uint stream, ushort flags, params byte[] data)
    {
        byte[] frame = new byte[HeaderBytes + data.Length + CryptoProvider.TagBytes];
        frame[3] = (byte)flags;
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(4), stream);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(8), data.Length);
        data.CopyTo(frame, HeaderBytes);
        _sending.Encrypt([], 0, 0, frame, 0, HeaderBytes + data.Length);
        return WriteRecordAsync(frame);
    }

    /// <summary>The length of the next frame with the flags, of the stream: what a reset gives as its reason.</summary>
    internal async Task<uint> ReceiveAsync(uint stream, ushort flags)
    {
        while (true)
        {
            byte[] header = await PlainAsync(HeaderBytes);
            uint length = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(8));
            if (header[1] == 0)
            {
                await PlainAsync((int)length);
            }

            if (BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4)) == stream && (header[3] & flags) == flags)
            {
                return length;
            }
        }
    }

    private async Task<byte[]> PlainAsync(int count)
    {
        while (_plain.Count < count)
        {
            byte[] record = await ReadRecordAsync();
            int plain = _receiving.Decrypt([], 0, 0, record, 0, record.Length);
            Assert.True(plain >= 0);
            _plain.AddRange(record.AsSpan(0, plain));
        }

        byte[] taken = [.. _plain[..count]];
        _plain.RemoveRange(0, count);
        return taken;
    }

    private Task WriteRecordAsync(byte[] record) => WriteAsync([(byte)(record.Length >> 8), (byte)record.Length, .. record]);

    private async Task<byte[]> ReadRecordAsync() => await ReadAsync(BinaryPrimitives.ReadUInt16BigEndian(await ReadAsync(2)));

    private async Task WriteAsync(byte[] bytes) => await _client.GetStream().WriteAsync(bytes).AsTask().WaitAsync(Nodes.Patience);

    private async Task<byte[]> ReadAsync(int count)
    {
        byte[] bytes = new byte[count];
        await _client.GetStream().ReadExactlyAsync(bytes).AsTask().WaitAsync(Nodes.Patience);
        return bytes;
    }
}
