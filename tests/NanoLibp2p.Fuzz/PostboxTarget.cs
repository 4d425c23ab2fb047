using System;
using System.Collections.Generic;
using System.Text;
using NanoLibp2p.Core;
using NanoLibp2p.Crypto;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Postbox;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Fuzz;

/// <summary>
/// What a gateway says to a device that takes mail. First byte: bit 0, replies to a sync as they come; else bit 1, the header of a seal;
/// else an item, attached to a reply; the rest is how it is cut. In pieces it must come to the same.
/// </summary>
internal sealed class PostboxTarget : PostboxEvents
{
    private const int MostItemBytes = 4_000;

    private readonly List<string> _heard = [];

    public static void Run(byte[] input)
    {
        if (input.Length == 0)
        {
            return;
        }

        byte[] body = input[1..];
        if ((input[0] & 3) == 2)
        {
            ReadHeader(body);
            return;
        }

        byte[] replies = (input[0] & 1) != 0 ? body : Attach(body);
        string whole = new PostboxTarget().Read(replies, int.MaxValue);
        FuzzTarget.Must(whole == new PostboxTarget().Read(replies, 1 + (input[0] >> 2)), "pieces come to something else");
    }

    public override void OnMail(PostboxClient client, Mail mail)
    {
        FuzzTarget.Must(mail.Count >= 0 && mail.Offset + mail.Count <= mail.Buffer.Length && mail.BodyOffset + mail.Count <= mail.BodyBytes,
            "a part beside its body");
        _heard.Add(Encoding.Latin1.GetString(mail.Buffer, mail.Offset, mail.Count));
    }

    // a sync's reply that says that one item comes along, and the item
    private static byte[] Attach(byte[] item)
    {
        item = item.Length > MostItemBytes ? item[..MostItemBytes] : item;
        byte[] prefix = new byte[Buffers.Varint.MaxBytes];
        byte[] Number(int value) => prefix[..Buffers.Varint.Write((uint)value, prefix, 0)];
        byte[] piece = [0x09, 1, 2, 3, 4, 5, 6, 7, 8, 0x18, .. Number(item.Length), 0x7A, .. Number(item.Length), .. item];
        byte[] reply = [0x08, 0x01, 0x5A, .. Number(piece.Length), .. piece];
        return [0x06, 0x08, 0x01, 0x52, 0x02, 0x30, 0x01, .. Number(reply.Length), .. reply];
    }

    private static void ReadHeader(byte[] plain)
    {
        Guarded guarded = new(plain);
        Mail mail = new();
        int first = Math.Min(guarded.Count, ItemCipher.BlockBytes);
        int sign = first == 0 ? -1 : mail.Read(guarded.Bytes, guarded.Offset, first, guarded.Count);
        guarded.Check();
        FuzzTarget.Must(sign is -1 or 0 or 1, "a sign that no key has");
        if (sign >= 0)
        {
            FuzzTarget.Must(mail.HeadBytes <= first && mail.HeadBytes + mail.BodyBytes <= guarded.Count && mail.SubjectCount <= 64,
                "more than the plaintext has");
            FuzzTarget.Must(mail.ProofKeyOffset == 0 || mail.ProofKeyOffset + 8 <= guarded.Offset + first, "a proof key behind its end");
        }
    }

    private string Read(byte[] replies, int piece)
    {
        CryptoProvider crypto = new CheapCrypto();
        Node node = new(new NodeOptions { MaxConnections = 1, LargeRecordBytes = 0 }, Identity.Create(crypto, new SeededRandom(1)), crypto,
            new SeededRandom(2));
        PostboxClient client = new(new PostboxOptions { MaxItemBytes = MostItemBytes }, new MemoryStore(), this);
        node.Add(client);
        client.Expect(1);
        Guarded guarded = new(replies);
        int result = 0;
        for (int at = 0; at < guarded.Count && result >= 0 && client.IsBusy; at += Math.Min(piece, guarded.Count))
        {
            result = client.Receive(guarded.Bytes, guarded.Offset + at, Math.Min(piece, guarded.Count - at));
        }

        guarded.Check();
        FuzzTarget.Must(result is >= 0 or PostboxResult.Malformed, "a verdict that nobody knows");
        result = Math.Min(result, 0);
        return $"{result} {client.Waiting} {client.RetrySeconds} {client.GatewayTime} {client.Table.Count} {string.Join('|', _heard)}";
    }
}
