using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Tasks;
using NanoLibp2p.Core.Records;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox.Tests;

namespace NanoLibp2p.Postbox.Service.Tests;

/// <summary>A scripted client: requests as bytes, answers as fields.</summary>
internal sealed class Caller(Libp2pNode node, Identity identity, PeerId gateway)
{
    private readonly List<byte> _unread = [];

    internal Libp2pNode Node { get; } = node;

    internal Identity Identity { get; } = identity;

    internal PeerId Peer { get; } = identity.PeerId;

    internal PeerStream Stream { get; private set; } = null!;

    internal uint Serial { get; set; }

    internal async Task OpenAsync()
    {
        Stream = await Node.OpenStreamAsync(gateway, PostboxService.ProtocolId).WaitAsync(Bed.Patience);
        _unread.Clear();
        Serial = 0;
    }

    internal Task SendAsync(byte[] bytes) => Stream.WriteAsync(bytes).AsTask().WaitAsync(Bed.Patience);

    /// <summary>Sends a request with the next serial.</summary>
    internal Task SendAsync(int field, byte[] body)
        => SendAsync(Wire.Delimited([.. Wire.Number(1, ++Serial), .. Wire.Bytes(field, body)]));

    /// <summary>The next answer; null at the end of the stream.</summary>
    internal async Task<Answer?> TryReadAsync()
    {
        byte[] buffer = new byte[4096];
        while (true)
        {
            if (Wire.TryTake(_unread) is { } message)
            {
                return new Answer(message);
            }

            int count = await Stream.ReadAsync(buffer).AsTask().WaitAsync(Bed.Patience);
            if (count == 0)
            {
                return null;
            }

            _unread.AddRange(buffer[..count]);
        }
    }

    internal async Task<Answer> ReadAsync()
    {
        Answer? answer = await TryReadAsync();
        Assert.True(answer != null, "the stream has ended instead of an answer");
        return answer;
    }

    internal async Task<Answer> AskAsync(int field, byte[] body)
    {
        await SendAsync(field, body);
        Answer answer = await ReadAsync();
        Assert.Equal(Serial, answer.Serial);
        return answer;
    }

    internal Task<Answer> DepositAsync(PeerId to, byte[]? item, byte[]? more = null, byte[]? token = null)
        => AskAsync(2, DepositBody(to, item, more, token));

    internal static byte[] DepositBody(PeerId to, byte[]? item, byte[]? more = null, byte[]? token = null)
        => [.. Wire.Bytes(1, to.ToBytes()), .. more ?? [], .. token == null ? [] : Wire.Bytes(5, token),
            .. item == null ? [] : Wire.Bytes(15, item)];

    internal Task<Answer> SyncAsync(int limit = 64, int budget = 0, byte[]? more = null, params byte[][] acks)
        => AskAsync(4, [.. acks.SelectMany(one => Wire.Bytes(1, one)), .. more ?? [], .. Wire.Number(3, (ulong)limit),
            .. Wire.Number(4, (ulong)budget)]);

    internal async Task ConfigureAsync(byte[] body) => Assert.Equal(0, (await AskAsync(6, body)).Code);

    internal Task<Answer> QueryAsync(PeerId to, params byte[][] items)
        => AskAsync(3, [.. Wire.Bytes(1, to.ToBytes()), .. items.SelectMany(one => Wire.Bytes(2, SHA256.HashData(one)))]);

    /// <summary>A token of this caller's mailbox.</summary>
    internal byte[] Token(PeerId? holder, int lane = 3, int priority = 3, int epoch = 0, uint expires = uint.MaxValue)
        => Sign("token", [.. holder == null ? [] : Wire.Bytes(1, holder.ToBytes()), .. Wire.Fixed32(2, expires),
            .. Wire.Number(3, (ulong)epoch), .. Wire.Number(4, (ulong)lane), .. Wire.Number(5, (ulong)priority)]);

    internal byte[] Record(ulong sequence, params PeerId[] gateways)
        => Sign("record", [.. Wire.Number(1, sequence),
            .. Wire.Fixed32(2, (uint)DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 86400),
            .. gateways.SelectMany(one => Wire.Bytes(3, Wire.Bytes(1, one.ToBytes())))]);

    /// <summary>A record with a prekey, and no gateway.</summary>
    internal byte[] Record(ulong sequence, byte[] prekey, int number)
        => Sign("record", [.. Wire.Number(1, sequence),
            .. Wire.Fixed32(2, (uint)DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 86400),
            .. prekey.Length == 0 ? [] : Wire.Bytes(4, prekey), .. number == 0 ? [] : Wire.Number(5, (ulong)number)]);

    internal byte[] Sign(string kind, byte[] payload)
        => SignedEnvelope.Seal(Identity, DesktopCrypto.Choose(), "nanolibp2p-postbox-" + kind,
            Encoding.ASCII.GetBytes("/postbox/" + kind), payload).Bytes.ToArray();

    /// <summary>An item that nobody can open, of a size.</summary>
    internal static byte[] Item(int seed, int size = 120)
    {
        byte[] item = new byte[size];
        new Random(seed).NextBytes(item);
        item[0] = 1;
        item[1] = 0;
        return item;
    }

    internal static byte[] Name(byte[] item) => SHA256.HashData(item)[..8];

    internal static byte[] Ack(byte[] item, int outcome = 0, byte[]? proof = null)
        => [.. Wire.Fixed64(1, Name(item)), .. Wire.Number(2, (ulong)outcome), .. proof == null ? [] : Wire.Fixed64(3, proof)];

    /// <summary>The first work of some bits that is found.</summary>
    internal static byte[] Work(PeerId to, byte[] item, int bits)
    {
        byte[] bound = SHA256.HashData([.. Encoding.ASCII.GetBytes("nanolibp2p-postbox-work:"), .. to.ToBytes(), .. SHA256.HashData(item)]);
        for (ulong i = 0; ; i++)
        {
            byte[] hash = SHA256.HashData([.. bound, .. BitConverter.GetBytes(i)]);
            int zeros = 0;
            while (zeros < bits && (hash[zeros / 8] & (0x80 >> (zeros % 8))) == 0)
            {
                zeros++;
            }

            if (zeros == bits)
            {
                return BitConverter.GetBytes(i);
            }
        }
    }
}
