using System;
using System.Collections.Generic;
using System.Text;
using NanoLibp2p.Core;

namespace NanoLibp2p.PubSub.Tests;

/// <summary>What the reader finds for a router and not for the leaf: peers of a PRUNE, IDONTWANT, extensions, the ends of RPCs.</summary>
public class FurtherReaderTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(10_000)]
    public void What_only_a_router_reads_is_found_in_whatever_pieces(int piece)
    {
        byte[] info = new Fields().Bytes(1, [1, 2, 3]).Bytes(2, [9, 8, 7, 6]).ToArray();
        byte[] bare = new Fields().Bytes(1, [4]).ToArray();
        byte[] prune = new Fields().Bytes(1, "t"u8.ToArray()).Bytes(2, info).Bytes(2, bare).Varint(3, 60).ToArray();
        byte[] control = new Fields()
            .Bytes(6, new Fields().Varint(10, 1).Bytes(11, [1, 1]).Varint(6492434, 1).ToArray())
            .Bytes(4, prune)
            .Bytes(5, new Fields().Bytes(1, [5, 5]).Bytes(1, new byte[65]).Bytes(1, [6]).ToArray())
            .Bytes(7, [1, 2, 3])
            .Bytes(3, new Fields().Bytes(1, "u"u8.ToArray()).ToArray()).ToArray();
        Recorder heard = new();
        heard.Feed(new Fields().Bytes(3, control).ToArray(), piece);
        Assert.Equal(
            ["extension 10 1", "extension 6492434 1", "extensions", "peer 010203 09080706", "peer 04 ", "prune t 60",
                "dont 0505", "dont 06", "graft u", "end"],
            heard.Lines);
    }

    [Fact]
    public void A_record_or_an_id_that_is_too_long_is_passed_over_and_the_rest_is_kept()
    {
        byte[] info = new Fields().Bytes(1, [1]).Bytes(2, new byte[RpcReader.MaxRecordBytes + 1]).ToArray();
        byte[] nameless = new Fields().Bytes(1, new byte[65]).ToArray();
        byte[] prune = new Fields().Bytes(1, "t"u8.ToArray()).Bytes(2, info).Bytes(2, nameless).ToArray();
        Recorder heard = new();
        heard.Feed(new Fields().Bytes(3, new Fields().Bytes(4, prune).ToArray()).ToArray(), 100);
        Assert.Equal(["peer 01 ", "peer  ", "prune t 0", "end"], heard.Lines);
    }

    /// <summary>A reader that keeps a topic's whole name, as a router's does, and whose finds are written down as text.</summary>
    private sealed class Recorder : RpcHandler
    {
        private readonly NameReader _reader;

        public Recorder()
            : base(true)
        {
            _reader = new NameReader(this);
        }

        public List<string> Lines { get; } = [];

        public void Feed(byte[] rpc, int piece)
        {
            byte[] bytes = [.. Fields.VarintBytes((ulong)rpc.Length), .. rpc];
            for (int at = 0; at < bytes.Length; at += piece)
            {
                int count = Math.Min(piece, bytes.Length - at);
                Assert.Equal(count, _reader.Receive(bytes, at, count));
            }

            Assert.True(_reader.MayEnd);
        }

        public override int OnData(Libp2pStream stream, byte[] buffer, int offset, int count) => count;

        protected internal override void OnDontWant(RpcReader from, byte[] id, int count)
            => Lines.Add($"dont {Convert.ToHexString(id, 0, count)}");

        protected internal override void OnPrunePeer(RpcReader from, byte[] buffer, int idCount, int record, int recordCount)
            => Lines.Add($"peer {Convert.ToHexString(buffer, 0, idCount)} {Convert.ToHexString(buffer, record, recordCount)}");

        protected internal override void OnExtension(RpcReader from, int field, ulong value) => Lines.Add($"extension {field} {value}");

        protected internal override void OnExtensions(RpcReader from) => Lines.Add("extensions");

        protected internal override void OnRpcEnd(RpcReader from) => Lines.Add("end");

        protected internal override void OnSubscription(RpcReader from, bool subscribe) => Lines.Add("subscription");

        protected internal override bool OnPublish(RpcReader from) => true;

        protected internal override void OnTooLong(RpcReader from) => Lines.Add("too long");

        protected internal override void OnHave(RpcReader from, byte[] id, int count) => Lines.Add("have");

        protected internal override void OnWant(RpcReader from, byte[] id, int count) => Lines.Add("want");

        protected internal override void OnGraft(RpcReader from) => Lines.Add($"graft {_reader.Name}");

        protected internal override void OnPrune(RpcReader from, ulong backoffSeconds)
            => Lines.Add($"prune {_reader.Name} {backoffSeconds}");

        protected override void Register(Node node)
        {
        }
    }

    private sealed class NameReader(RpcHandler handler) : RpcReader(handler, 1000)
    {
        public string Name { get; private set; } = "";

        protected override void MakeRoom(int bytes)
        {
            Buffer ??= [];
            Array.Resize(ref Buffer, Math.Max(bytes, Buffer.Length));
        }

        protected override void BeginTopic(ulong bytes) => Name = "";

        protected override void TakeTopic(int position, byte[] buffer, int offset, int count)
            => Name += Encoding.UTF8.GetString(buffer, offset, count);
    }
}
