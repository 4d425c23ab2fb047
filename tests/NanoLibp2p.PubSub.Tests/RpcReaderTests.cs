using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using CsCheck;
using NanoLibp2p.Buffers;
using NanoLibp2p.Core;

namespace NanoLibp2p.PubSub.Tests;

/// <summary>The reader of RPCs against an independent encoder, over random RPCs in random pieces, and over random bytes.</summary>
public class RpcReaderTests
{
    private const int MaxMessage = 300;

    private static readonly string[] _topics = ["t", "u", "sensors/temp", "sensors/hum", "sensors/temq", "ä"];

    private static readonly Gen<byte[]> _id = Gen.Byte.Array[0, 80];

    private static readonly Gen<string> _topic =
        Gen.OneOf(Gen.OneOf<string>(_topics), Gen.OneOf<string>("", "sensors/", "sensors/temr", "x"));

    private static readonly Gen<byte[]> _unknown = Gen.OneOf<byte[]>(
        [], new Fields().Varint(20, 5).ToArray(), new Fields().Bytes(21, new byte[40]).ToArray(),
        new Fields().Raw([0xFD, 0x01, 1, 2, 3, 4]).Raw([0x81, 0x02, 1, 2, 3, 4, 5, 6, 7, 8]).ToArray());

    private static readonly Gen<RpcMessage> _message = Gen.Select(
        Gen.Null(Gen.Byte.Array[0, 50]), Gen.Null(Gen.Byte.Array[0, 250]), Gen.Null(Gen.Byte.Array[0, 9]), Gen.Null(_topic),
        Gen.Null(Gen.Byte.Array[0, 70]), Gen.Null(Gen.Byte.Array[0, 40]), _unknown,
        (from, data, sequence, topic, signature, key, unknown) => new RpcMessage
        {
            From = from, Data = data, Sequence = sequence, Topic = topic, Signature = signature, Key = key, Unknown = unknown,
        });

    private static readonly Gen<Rpc> _rpc = Gen.Select(
        Gen.Select(Gen.Bool, _topic).List[0, 3], _message.List[0, 3], Gen.Select(_topic, _id.Array[0, 3]).List[0, 2],
        _id.Array[0, 3].List[0, 2],
        _topic.List[0, 2], Gen.Select(_topic, Gen.Nullable(Gen.ULong)).List[0, 2], _unknown,
        (subscriptions, messages, have, want, graft, prune, unknown) => new Rpc
        {
            Subscriptions = subscriptions, Messages = messages, Have = have, Want = want, Graft = graft, Prune = prune, Unknown = unknown,
        });

    [Fact]
    public void Every_rpc_is_read_as_it_was_written_in_whatever_pieces() =>
        Gen.Select(_rpc.Array[1, 4], Gen.Int[1, 60]).Sample((rpcs, maxPiece) =>
        {
            Recorder heard = new();
            byte[] bytes = [.. rpcs.SelectMany(rpc => rpc.Encode())];
            Assert.True(heard.Feed(bytes, maxPiece));
            Assert.Equal([.. rpcs.SelectMany(Expected)], heard.Lines);
            Assert.True(heard.Reader.MayEnd);
        }, iter: 2_000);

    [Fact]
    public void A_cut_rpc_says_nothing_wrong() =>
        Gen.Select(_rpc, Gen.Double.Unit).Sample((rpc, part) =>
        {
            Recorder heard = new();
            byte[] bytes = rpc.Encode();
            byte[] cut = bytes[..(int)(part * bytes.Length)];
            Assert.True(heard.Feed(cut, 1000));
            Assert.Equal(Expected(rpc).Take(heard.Lines.Count), heard.Lines);
            Assert.Equal(cut.Length == 0, heard.Reader.MayEnd);
        }, iter: 2_000);

    [Fact]
    public void Random_bytes_and_damaged_rpcs_end_in_an_answer_and_never_in_an_exception() =>
        Gen.Select(_rpc, Gen.Select(Gen.Int[0, 1000], Gen.Byte).Array[0, 5], Gen.Byte.Array[0, 100], Gen.Int[1, 40])
        .Sample((rpc, damage, tail, maxPiece) =>
        {
            byte[] bytes = [.. rpc.Encode(), .. tail];
            foreach ((int at, byte value) in damage)
            {
                bytes[at % bytes.Length] = value;
            }

            // the same answer in whatever pieces, and the buffer's end is respected in each
            Recorder whole = new();
            Recorder pieces = new();
            bool good = whole.Feed(bytes, int.MaxValue);
            Assert.Equal(good, pieces.Feed(bytes, maxPiece));
            Assert.Equal(whole.Lines, pieces.Lines);
        }, iter: 20_000);

    [Fact]
    public void What_the_writer_writes_the_reference_reads() =>
        Gen.Select(Gen.Byte[(byte)'a', (byte)'z'].Array[1, 200], Gen.Byte.Array[0, 64], Gen.Int[0, 4_000_000], Gen.Bool)
        .Sample((name, id, backoff, subscribe) =>
        {
            byte[] buffer = new byte[7 + name.Length + id.Length + 24];
            string topic = Encoding.ASCII.GetString(name);
            int at = 7;
            Assert.InRange(RpcWriter.WriteSubscription(name, subscribe, buffer, at), 8, name.Length + 24);
            Assert.Equal((subscribe, topic), Read(RpcWriter.WriteSubscription(name, subscribe, buffer, at)).Subscriptions.Single());
            Assert.Equal(topic, Read(RpcWriter.WriteControl(RpcWriter.Graft, name, name.Length, 0, buffer, at)).Graft.Single());
            Assert.Equal((topic, backoff == 0 ? null : (ulong)backoff),
                Read(RpcWriter.WriteControl(RpcWriter.Prune, name, name.Length, backoff, buffer, at)).Prune.Single());
            Assert.Equal([id], Read(RpcWriter.WriteControl(RpcWriter.Want, id, id.Length, 0, buffer, at)).Want.Single());

            Rpc Read(int count) => Rpc.DecodeAll(buffer[at..(at + count)]).Single();
        }, iter: 1_000);

    [Fact]
    public void A_message_always_fits_the_buffer_however_its_fields_are_written()
    {
        // many empty fields, lengths and tags padded, signature and key again and again
        byte[] padded = [0x8A, 0x80, 0x00, 0x80, 0x80, 0x00];
        foreach (byte[] field
            in new byte[][] { [0x0A, 0x00], [0x2A, 0x01, 0x07], [0x32, 0x01, 0x07], padded, [0x98, 0x01, 0xFF, 0x00],
                [0x9D, 0x01, 1, 2, 3, 4] })
        {
            byte[] message = [.. Enumerable.Repeat(field, MaxMessage / field.Length).SelectMany(bytes => bytes)];
            Recorder heard = new();
            byte[] rpc = new Fields().Bytes(2, message).Bytes(2, new RpcMessage { Topic = "t" }.Encode()).ToArray();
            Assert.True(heard.Feed([.. Fields.VarintBytes((ulong)rpc.Length), .. rpc], 13));
            Assert.Equal(2, heard.Lines.Count);
            Assert.Equal("message null/null/null/0174/null/null body 220174 Certain", heard.Lines[1]);
        }
    }

    private static IEnumerable<string> Expected(Rpc rpc)
    {
        foreach ((bool subscribe, string topic) in rpc.Subscriptions)
        {
            yield return $"{(subscribe ? "+" : "-")}{(_topics.Contains(topic) ? topic : "?")}";
        }

        foreach (RpcMessage message in rpc.Messages)
        {
            yield return message.Encode().Length > MaxMessage
                ? "too long"
                : $"message "
                    + $"{Text(message.From)}/{Text(message.Data)}/{Text(message.Sequence)}/"
                    + $"{Text(message.Topic == null ? null : Encoding.UTF8.GetBytes(message.Topic))}"
                    + $"/{Text(message.Signature)}/{Text(message.Key)} body "
                    + $"{Convert.ToHexString((message with { Unknown = [] }).Signed()[14..])}"
                    + $" {(message.Unknown.Length == 0 ? Certainty.Certain : Certainty.WithUnknown)}";
        }

        foreach ((string topic, byte[][] ids) in rpc.Have)
        {
            foreach (byte[] id in ids)
            {
                if (id.Length <= 64 && _topics.Contains(topic) && topic != "u")
                {
                    yield return $"have {Text(id)}";
                }
            }
        }

        foreach (byte[][] ids in rpc.Want)
        {
            foreach (byte[] id in ids.Where(id => id.Length <= 64))
            {
                yield return $"want {Text(id)}";
            }
        }

        foreach (string topic in rpc.Graft.Where(_topics.Contains))
        {
            yield return $"graft {topic}";
        }

        foreach ((string topic, ulong? backoff) in rpc.Prune.Where(prune => _topics.Contains(prune.Topic)))
        {
            yield return $"prune {topic} {backoff ?? 0}";
        }
    }

    // bytes with their count before them
    private static string Text(byte[]? bytes) => bytes == null ? "null" : $"{bytes.Length:X2}{Convert.ToHexString(bytes)}";

    /// <summary>A reader whose finds are written down as text. All topics but "u" are joined.</summary>
    private sealed class Recorder : RpcHandler
    {
        public Recorder()
            : base(true)
        {
            PubSubProtocol pubsub = new(new PubSubOptions { MaxMessageBytes = MaxMessage });
            TopicTable topics = new(_topics.Length);
            for (int i = 0; i < _topics.Length; i++)
            {
                topics.Add(new Topic(pubsub, i, Encoding.UTF8.GetBytes(_topics[i])) { Joined = _topics[i] != "u" });
            }

            Reader = new PubSubPeer(pubsub.Options, this, 0, topics, 1, 400);
        }

        public PubSubPeer Reader { get; }

        public List<string> Lines { get; } = [];

        public bool Feed(byte[] bytes, int maxPiece)
        {
            for (int at = 0; at < bytes.Length;)
            {
                // each piece in a buffer of its own: nothing beyond it can be read
                int count = Math.Min(maxPiece, bytes.Length - at);
                byte[] piece = new byte[count + 5];
                Array.Fill(piece, (byte)0xEE);
                Array.Copy(bytes, at, piece, 5, count);
                int used = Reader.Receive(piece, 5, count);
                if (used < 0)
                {
                    return false;
                }

                Assert.Equal(count, used);

                at += count;
            }

            return true;
        }

        public override int OnData(Libp2pStream stream, byte[] buffer, int offset, int count) => count;

        private string Name => Reader.Named == null ? "?" : Encoding.UTF8.GetString(Reader.Named.Utf8Name);

        protected internal override void OnSubscription(RpcReader from, bool subscribe) =>
            Lines.Add($"{(subscribe ? "+" : "-")}{Name}");

        protected internal override bool OnPublish(RpcReader from)
        {
            string Part(int field) =>
                Text(Reader.Count[field] < 0 ? null : Reader.Buffer[Reader.At[field]..(Reader.At[field] + Reader.Count[field])]);
            Lines.Add(Reader.Certainty == Certainty.Uncertain
                ? "uncertain" : $"message {string.Join('/', Enumerable.Range(1, 6).Select(Part))}"
                + $" body {Convert.ToHexString(Reader.Buffer.AsSpan(RpcReader.PrefixBytes, Reader.Count[RpcReader.Body]))}"
                + $" {Reader.Certainty}");
            Assert.Equal("libp2p-pubsub:"u8.ToArray(), Reader.Buffer[..RpcReader.PrefixBytes]);
            return true;
        }

        protected internal override void OnTooLong(RpcReader from) => Lines.Add("too long");

        protected internal override void OnHave(RpcReader from, byte[] id, int count)
        {
            if (Reader.Named is { Joined: true })
            {
                Lines.Add($"have {Text(id[..count])}");
            }
        }

        protected internal override void OnWant(RpcReader from, byte[] id, int count) => Lines.Add($"want {Text(id[..count])}");

        protected internal override void OnGraft(RpcReader from)
        {
            if (Reader.Named != null)
            {
                Lines.Add($"graft {Name}");
            }
        }

        protected internal override void OnPrune(RpcReader from, ulong backoffSeconds)
        {
            if (Reader.Named != null)
            {
                Lines.Add($"prune {Name} {backoffSeconds}");
            }
        }

        protected override void Register(Node node)
        {
        }
    }
}
