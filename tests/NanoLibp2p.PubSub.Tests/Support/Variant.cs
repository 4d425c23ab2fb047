using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using NanoLibp2p.Core;
using NanoLibp2p.Crypto;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.PubSub.Tests;

/// <summary>What becomes of a message (gossipsub 1.1 spec, "Extended Validators").</summary>
internal enum Verdict
{
    /// <summary>It is delivered and passed on.</summary>
    Accept,

    /// <summary>Nothing becomes of it.</summary>
    Ignore,

    /// <summary>It is charged to the peer that sent it.</summary>
    Reject,
}

/// <summary>One way to write a signed message, by hand, and what we make of it.</summary>
internal sealed record Variant(string Name, byte[] Message, Verdict Expected)
{
    public const string Topic = "t";

    private static readonly Identity _author = Identity.Create(new ManagedCrypto(), new SeededRandom(61));
    private static readonly Identity _other = Identity.Create(new ManagedCrypto(), new SeededRandom(62));
    private static readonly byte[] _number = [0x18, 0x2A, 3, 4, 5, 6, 7, 8];
    private static readonly byte[] _topic = Encoding.UTF8.GetBytes(Topic);
    private static readonly byte[] _data = [1, 2, 3];
    private static readonly byte[] _from = _author.PeerId.ToBytes();
    private static readonly byte[] _key = PublicKeyOf(_author);
    private static readonly byte[] _signature = Sign(_author, Body());

    /// <summary>The message as go publishes it, which every variant that isn't accepted must leave a new one.</summary>
    public static byte[] Plain { get; } = [.. Body(), .. Field(5, _signature)];

    public static IReadOnlyList<Variant> All { get; } =
        [.. Accepted(), .. Unread(), .. Unstamped(), .. Keys(), .. Authors(), .. Weak(), .. Forged()];

    /// <summary>The variant as an RPC, without the length before it.</summary>
    public byte[] Rpc => new Fields().Bytes(2, Message).ToArray();

    public override string ToString() => Name;

    // what everybody decodes to the same message
    private static IEnumerable<Variant> Accepted()
    {
        byte[] signature = Field(5, _signature), from = Field(1, _from), data = Field(2, _data), number = Field(3, _number),
            topic = Field(4, _topic);
        yield return Accept("as go publishes it", Plain);
        yield return Accept("as js publishes it, with a key", [.. Plain, .. Field(6, _key)]);
        yield return Accept("fields from the last to the first", [.. Field(6, _key), .. signature, .. topic, .. number, .. data, .. from]);
        yield return Accept("the signature first", [.. signature, .. Body()]);
        yield return Accept("the number before the data", [.. from, .. number, .. data, .. topic, .. signature]);
        yield return Accept("the topic first and the author last", [.. topic, .. data, .. signature, .. number, .. from]);
        yield return Accept("an author twice, the last is right", [.. Field(1, _other.PeerId.ToBytes()), .. Plain]);
        yield return Accept("data twice, the longer one first",
            [.. from, .. Field(2, new byte[50]), .. data, .. number, .. topic, .. signature]);
        yield return Accept("data twice, far from one another", [.. Field(2, [9]), .. from, .. number, .. topic, .. data, .. signature]);
        yield return Accept("a number twice", [.. Field(3, [1]), .. Plain]);
        yield return Accept("a topic twice", [.. Field(4, "another"u8.ToArray()), .. Plain]);
        yield return Accept("a signature twice", [.. Field(5, new byte[64]), .. Plain]);
        yield return Accept("a key twice", [.. Field(6, [1, 2, 3]), .. Plain, .. Field(6, _key)]);
        yield return Accept("every field three times", [.. Enumerable.Repeat(Plain, 3).SelectMany(bytes => bytes)]);
        yield return Accept("padded tags",
            [0x8A, 0x00, .. from[1..], 0x92, 0x80, 0x80, 0x80, 0x00, .. data[1..], .. number, .. topic, .. signature]);
        yield return Accept("padded lengths",
            [.. from, 0x12, 0x83, 0x80, 0x80, 0x80, 0x00, .. _data, 0x1A, 0x88, 0x00, .. _number, .. topic, .. signature]);
        byte[] absent = Body(_from, null), empty = Body(_from, []);
        yield return Accept("no data", [.. absent, .. Field(5, Sign(_author, absent))]);
        yield return Accept("empty data", [.. empty, .. Field(5, Sign(_author, empty))]);
        yield return Accept("a key with its fields in the other order", [.. Plain, .. Field(6, Reversed(_key))]);
        yield return Accept("a key with its type twice", [.. Plain, .. Field(6, [0x08, 0x00, .. _key])]);
        yield return Accept("a key with its data twice", [.. Plain, .. Field(6, [.. Field(2, [5]), .. _key])]);
        yield return Accept("a key with a padded type", [.. Plain, .. Field(6, [0x08, 0x81, 0x00, .. _key[2..]])]);
        yield return Accept("a key with a padded length", [.. Plain, .. Field(6, [0x08, 0x01, 0x12, 0xA0, 0x80, 0x00, .. _key[4..]])]);
        yield return Accept("a key with an unknown number", [.. Plain, .. Field(6, [.. _key, 0x18, 0x05])]);
        yield return Accept("a key with unknown bytes", [.. Plain, .. Field(6, [.. Field(7, [1, 2]), .. _key])]);
        yield return Accept("a key with unknown fixed fields",
            [.. Plain, .. Field(6, [0x1D, 1, 2, 3, 4, .. _key, 0x21, 1, 2, 3, 4, 5, 6, 7, 8])]);
    }

    // what go verifies otherwise than js, or only some can read
    private static IEnumerable<Variant> Unread()
    {
        byte[] unknown = [.. Body(), .. new Fields().Varint(9, 300).ToArray()];
        yield return Ignore("an unknown number that is not signed", [.. Plain, .. new Fields().Varint(9, 300).ToArray()]);
        yield return Ignore("unknown bytes that are not signed, first", [.. Field(77, [1, 2]), .. Plain]);
        yield return Ignore("an unknown field that is signed, as go does it", [.. unknown, .. Field(5, Sign(_author, unknown))]);
        yield return Ignore("an unknown fixed field", [.. Plain, 0x5D, 1, 2, 3, 4]);
        yield return Ignore("an unknown group", [.. Plain, 0x3B, 0x08, 0x01, 0x3C]);
        yield return Ignore("an unknown varint of ten bytes", [.. Plain, 0x38, .. Enumerable.Repeat((byte)0xFF, 9), 0x7F]);
        yield return Ignore("a key that is a number", [.. Plain, 0x30, 0x00]);
        yield return Ignore("data that is a fixed field", [.. Plain, 0x15, 1, 2, 3, 4]);
        yield return Ignore("a length padded to six bytes",
            [.. Field(1, _from), 0x12, 0x83, 0x80, 0x80, 0x80, 0x80, 0x00, .. Plain[(_from.Length + 4)..]]);
        yield return Ignore("a tag of seven bytes", [0x8A, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00, .. Plain[1..]]);
        yield return Ignore("a length beyond the message", [.. Plain, 0x32, 0x30, 1]);
        yield return Ignore("a tag without a field", [.. Plain, 0x32]);
        yield return Ignore("a field of number 0", [.. Plain, 0x02, 0x00]);
        yield return Ignore("nothing at all", []);
        yield return Ignore("a topic in more bytes than UTF-8 has for it",
            [.. Field(1, _from), .. Field(2, _data), .. Field(3, _number), 0x22, 0x02, 0xC1, 0xB4, .. Field(5, _signature)]);
    }

    private static IEnumerable<Variant> Unstamped()
    {
        foreach (int bytes in new[] { 0, 1, 4, 7, 9, 16 })
        {
            byte[] body = Body(_from, _data, [.. new byte[][] { _number, _number }.SelectMany(one => one).Take(bytes)]);
            yield return Ignore($"a number of {bytes} bytes", [.. body, .. Field(5, Sign(_author, body))]);
        }

        byte[] without = Body(_from, _data, null);
        yield return Ignore("no number", [.. without, .. Field(5, Sign(_author, without))]);
        yield return Ignore("no signature", Body());
        yield return Ignore("an empty signature", [.. Body(), .. Field(5, [])]);
        yield return Ignore("a signature of 63 bytes", [.. Body(), .. Field(5, _signature[..63])]);
        yield return Ignore("a signature of 65 bytes", [.. Body(), .. Field(5, [.. _signature, 0])]);
    }

    // rust takes the author's own where js and go can't read the one given
    private static IEnumerable<Variant> Keys()
    {
        yield return Ignore("an empty key", [.. Plain, .. Field(6, [])]);
        yield return Ignore("a key that is no protobuf", [.. Plain, .. Field(6, [1, 2, 3])]);
        yield return Ignore("a key that is cut", [.. Plain, .. Field(6, _key[..35])]);
        yield return Ignore("a key of 31 bytes", [.. Plain, .. Field(6, [0x08, 0x01, 0x12, 0x1F, .. _key[5..]])]);
        yield return Ignore("a key without a type", [.. Plain, .. Field(6, _key[2..])]);
        yield return Ignore("a key without data", [.. Plain, .. Field(6, _key[..2])]);
        yield return Ignore("a key of an unknown type", [.. Plain, .. Field(6, [0x08, 0x09, .. _key[2..]])]);
        yield return Ignore("a key that says it is RSA", [.. Plain, .. Field(6, [0x08, 0x00, .. _key[2..]])]);
        yield return Ignore("another's key", [.. Plain, .. Field(6, PublicKeyOf(_other))]);
        yield return Ignore("a key whose type is bytes", [.. Plain, .. Field(6, [0x0A, 0x01, 0x01, .. _key[2..]])]);
    }

    private static IEnumerable<Variant> Authors()
    {
        byte[] Signed(byte[]? author, byte[]? key = null)
        {
            byte[] body = Body(author);
            return [.. body, .. Field(5, Sign(_author, body)), .. key == null ? [] : Field(6, key)];
        }

        byte[] IdentityOf(byte[] key) => [0x00, (byte)key.Length, .. key];
        yield return Ignore("no author", Signed(null));
        yield return Ignore("an empty author", Signed([]));
        yield return Ignore("an author that is no multihash", Signed([1, 2, 3]));
        yield return Ignore("an author that is cut", Signed(_from[..20]));
        yield return Ignore("an author as a CID", Signed([0x01, 0x72, .. _from]));
        yield return Ignore("an author's id of a key in the other order", Signed(IdentityOf(Reversed(_key))));
        yield return Ignore("an author's id of a key in the other order, with the key", Signed(IdentityOf(Reversed(_key)), _key));
        yield return Ignore("an author's id of a key with an unknown field", Signed(IdentityOf([.. _key, 0x18, 0x05])));
        yield return Ignore("an author's id longer than ids are", Signed(IdentityOf([.. _key, .. Field(7, new byte[8])])));
        yield return Ignore("an author's id with a padded length", Signed([0x00, 0xA4, 0x00, .. _key]));
        byte[] id = new byte[32];
        ManagedCrypto crypto = new();
        crypto.Sha256Start();
        crypto.Sha256Update(_key, 0, _key.Length);
        crypto.Sha256Finish(id, 0);
        yield return Ignore("an author's id that is a hash of an Ed25519 key", Signed([0x12, 0x20, .. id], _key));
        yield return Ignore("an author's id that is a hash, without a key", Signed([0x12, 0x20, .. id]));
    }

    // keys with which anybody can sign, and others that not everybody reads: R = 1, S = 0 is a signature wherever k A = 0
    private static IEnumerable<Variant> Weak()
    {
        string ones = string.Concat(Enumerable.Repeat("ff", 30)), zeros = string.Concat(Enumerable.Repeat("00", 30));
        foreach ((string name, string key) in new[]
        {
            ("of order 1", "01" + zeros + "00"), ("of order 1, its sign set", "01" + zeros + "80"), ("of order 2", "ec" + ones + "7f"),
            ("of order 4", "00" + zeros + "00"), ("of order 8", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
            ("of order 8, the other y", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
                ("y = p + 1", "ee" + ones + "7f"), ("y = p", "ed" + ones + "7f"),
        })
        {
            byte[] from = [0x00, 0x24, 0x08, 0x01, 0x12, 0x20, .. Convert.FromHexString(key)];
            byte[] signature = [1, .. new byte[63]];
            ManagedCrypto crypto = new();
            byte[] body = Body(from);
            for (byte i = 0; i < 100
                && !crypto.Ed25519Verify(from, 6, [.. "libp2p-pubsub:"u8, .. body], 0, 14 + body.Length, signature, 0); i++)
            {
                body = Body(from, [i]);
            }

            yield return Ignore("a key " + name, [.. body, .. Field(5, signature)]);
            yield return Ignore("a wrong signature of a key " + name, [.. body, .. Field(5, _signature)]);
        }
    }

    private static IEnumerable<Variant> Forged()
    {
        byte[] Forge(byte[]? author = null, byte[]? data = null, byte[]? number = null, byte[]? signature = null) =>
            [.. Body(author ?? _from, data ?? _data, number ?? _number), .. Field(5, signature ?? _signature)];

        byte[] flipped = [.. _signature], order = Convert.FromHexString("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010"),
            above = [.. _signature];
        flipped[9] ^= 1;
        for (int i = 0, carry = 0; i < 32; i++)
        {
            carry += above[32 + i] + order[i];
            above[32 + i] = (byte)carry;
            carry >>= 8;
        }

        byte[] elsewhere = [.. Field(1, _from), .. Field(2, _data), .. Field(3, _number), .. Field(4, "u"u8.ToArray())];
        yield return Reject("other data", Forge(data: [1, 2, 4]));
        yield return Reject("another author", Forge(author: _other.PeerId.ToBytes()));
        yield return Reject("another number", Forge(number: [.. _number[..7], 9]));
        yield return Reject("a signature with one bit changed", Forge(signature: flipped));
        yield return Reject("a signature whose S is not reduced", Forge(signature: above));
        yield return Reject("a signature of zeros", Forge(signature: new byte[64]));
        yield return Reject("a signature for another topic", Forge(signature: Sign(_author, elsewhere)));
        yield return Reject("a signature for empty data where there are none",
            [.. Body(_from, null), .. Field(5, Sign(_author, Body(_from, [])))]);
        yield return Reject("a signature for no data where they are empty",
            [.. Body(_from, []), .. Field(5, Sign(_author, Body(_from, null)))]);
        yield return Reject("a signature without the prefix", Forge(signature: SignRaw(_author, Body())));
        yield return Reject("a signature over the key as well",
            [.. Body(), .. Field(5, Sign(_author, [.. Body(), .. Field(6, _key)])), .. Field(6, _key)]);
        yield return Reject("a signature over the fields in their order of coming", Reordered());
    }

    private static byte[] Reordered()
    {
        byte[] body = [.. Field(4, _topic), .. Field(3, _number), .. Field(2, _data), .. Field(1, _from)];
        return [.. body, .. Field(5, Sign(_author, body))];
    }

    private static Variant Accept(string name, byte[] message) => new(name, message, Verdict.Accept);

    private static Variant Ignore(string name, byte[] message) => new(name, message, Verdict.Ignore);

    private static Variant Reject(string name, byte[] message) => new(name, message, Verdict.Reject);

    private static byte[] Body() => Body(_from, _data, _number);

    private static byte[] Body(byte[]? from) => Body(from, _data, _number);

    private static byte[] Body(byte[]? from, byte[]? data) => Body(from, data, _number);

    private static byte[] Body(byte[]? from, byte[]? data, byte[]? number) =>
        new Fields().Optional(1, from).Optional(2, data).Optional(3, number).Bytes(4, _topic).ToArray();

    private static byte[] Field(int field, byte[] bytes) => new Fields().Bytes(field, bytes).ToArray();

    private static byte[] Reversed(byte[] key) => [.. key[2..], .. key[..2]];

    private static byte[] PublicKeyOf(Identity identity) => identity.PeerId.ToBytes()[2..];

    private static byte[] Sign(Identity identity, byte[] body) => SignRaw(identity, [.. "libp2p-pubsub:"u8, .. body]);

    private static byte[] SignRaw(Identity identity, byte[] bytes)
    {
        byte[] signature = new byte[64];
        identity.Sign(new ManagedCrypto(), bytes, 0, bytes.Length, signature, 0);
        return signature;
    }
}
