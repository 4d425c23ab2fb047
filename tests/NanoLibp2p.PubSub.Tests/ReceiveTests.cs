using System;
using System.Linq;
using NanoLibp2p.Core;
using NanoLibp2p.Crypto;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Noise;
using NanoLibp2p.Tests;

namespace NanoLibp2p.PubSub.Tests;

/// <summary>Which messages of others are handed on, and what becomes of the rest.</summary>
public class ReceiveTests
{
    private static readonly Identity _author = Identity.Create(new ManagedCrypto(), new SeededRandom(99));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_signed_message_is_handed_on_with_its_author_with_and_without_a_key(bool withKey)
    {
        (Board board, ScriptedPeer peer) = Board.Connect(joined: ["t"]);
        RpcMessage message = RpcMessage.By(_author, 77, "t", [1, 2, 3]);
        peer.Send(Rpc.Publish(withKey ? message with { Key = _author.PublicKeyProtobuf } : message));
        board.Simulation.Run(100);

        Heard heard = Assert.Single(board.Messages);
        Assert.Equal("t", heard.Topic);
        Assert.Equal([1, 2, 3], heard.Data);
        Assert.Equal(_author.PeerId, heard.From);
        Assert.Equal(77UL, heard.Sequence);
        Assert.True(heard.IsSigned);
        Assert.Same(board.Connection, heard.Through);
        Assert.Empty(board.Drops);
    }

    [Fact]
    public void A_message_without_data_is_a_message()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(joined: ["t"]);
        RpcMessage absent = new RpcMessage { From = _author.PeerId.ToBytes(), Sequence = new byte[8], Topic = "t" }.Sign(_author);
        peer.Send(Rpc.Publish(absent, RpcMessage.By(_author, 1, "t", [])));
        board.Simulation.Run(100);

        Assert.Equal([0, 0], board.Messages.Select(one => one.Data.Length));
    }

    [Fact]
    public void A_wrong_signature_is_dropped_and_does_not_make_the_right_message_a_known_one()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(joined: ["t"]);
        RpcMessage right = RpcMessage.By(_author, 5, "t", [1]);
        peer.Send(Rpc.Publish(right with { Data = [2] }, right));
        board.Simulation.Run(100);

        Assert.Equal([DropReason.SignatureInvalid], board.Drops);
        Assert.Equal([1], Assert.Single(board.Messages).Data);
    }

    [Fact]
    public void No_byte_of_a_signed_message_can_be_changed()
    {
        byte[] whole = RpcMessage.By(_author, 5, "t", [1, 2, 3]).Encode();
        for (int i = 0; i < whole.Length; i++)
        {
            (Board board, ScriptedPeer peer) = Board.Connect(joined: ["t"]);
            byte[] changed = [.. whole];
            changed[i] ^= 0x01;
            byte[] rpc = new Fields().Bytes(2, changed).ToArray();
            peer.Send([.. Fields.VarintBytes((ulong)rpc.Length), .. rpc]);
            board.Simulation.Run(100);

            Assert.Empty(board.Messages);
            Assert.Single(board.Drops);
        }
    }

    [Fact]
    public void A_message_that_lacks_author_number_or_signature_is_dropped()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(joined: ["t"]);
        RpcMessage whole = RpcMessage.By(_author, 5, "t", [1]);
        peer.Send(Rpc.Publish(
            whole with { From = null },
            whole with { From = [] },
            whole with { From = [1, 2, 3] },
            whole with { Sequence = null },
            whole with { Signature = null },
            (whole with { Sequence = [] }).Sign(_author),
            (whole with { Sequence = new byte[9] }).Sign(_author)));
        board.Simulation.Run(100);

        Assert.Empty(board.Messages);
        Assert.Equal(Enumerable.Repeat(DropReason.Unsigned, 7), board.Drops);
        Assert.Equal(7, board.PubSub.Drops(DropReason.Unsigned));
    }

    [Theory]
    [InlineData("/floodsub/1.0.0", true)]
    [InlineData("/meshsub/1.1.0", false)]
    public void A_number_that_lost_its_leading_zeros_is_taken_from_floodsub_as_js_sends_it_and_not_from_gossipsub(string protocol,
        bool taken)
    {
        (Board board, ScriptedPeer peer) = Board.Connect(new PubSubOptions { Forward = true }, protocols: [protocol], joined: ["t"],
            node: new NodeOptions { MaxConnections = 2, MaxHandshakes = 2 });
        ScriptedPeer behind = new(board.Simulation);
        board.Dial(behind);
        behind.Send(Rpc.Subscribe("t"));
        board.Simulation.Run(100);
        behind.Take();
        RpcMessage whole = RpcMessage.By(_author, 0x0102, "t", [1]);
        peer.Send(Rpc.Publish((whole with { Sequence = [1, 2] }).Sign(_author), (whole with { Sequence = [1, 3] }).Sign(_author)));
        board.Simulation.Run(100);

        Assert.Equal(taken ? [0x0102UL, 0x0103UL] : [], board.Messages.Select(one => one.Sequence));
        Assert.Equal(taken ? 0 : 2, board.PubSub.Drops(DropReason.Unsigned));

        // gossipsub of js would refuse it, and us for it
        Assert.Empty(behind.Take().SelectMany(rpc => rpc.Messages));
    }

    [Fact]
    public void A_key_that_is_not_the_authors_is_no_proof()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(joined: ["t"]);
        Identity liar = Identity.Create(new ManagedCrypto(), new SeededRandom(100));
        RpcMessage forged =
            (RpcMessage.By(_author, 5, "t", [1]) with { Signature = null }).Sign(liar) with { Key = liar.PublicKeyProtobuf };
        peer.Send(Rpc.Publish(forged));
        board.Simulation.Run(100);

        Assert.Empty(board.Messages);
        Assert.Equal([DropReason.SignatureInvalid], board.Drops);
    }

    [Fact]
    public void Keys_of_other_types_need_a_verifier()
    {
        (RpcMessage rsa, RpcMessage secp) = ForeignMessages();
        (Board board, ScriptedPeer peer) = Board.Connect(joined: ["t"]);
        peer.Send(Rpc.Publish(rsa, secp));
        board.Simulation.Run(100);
        Assert.Empty(board.Messages);
        Assert.Equal([DropReason.KeyUnsupported, DropReason.KeyUnsupported], board.Drops);
        Assert.True(board.Connection.IsOpen);
    }

    [Theory]
    [InlineData(0, DropReason.None)]
    [InlineData(IdentityResult.Invalid, DropReason.SignatureInvalid)]
    [InlineData(IdentityResult.Unsupported, DropReason.KeyUnsupported)]
    public void A_verifier_decides_about_keys_of_other_types(int answer, DropReason expected)
    {
        (RpcMessage rsa, RpcMessage secp) = ForeignMessages();
        ScriptedVerifier verifier = new(answer);
        (Board board, ScriptedPeer peer) = Board.Connect(joined: ["t"], node: new NodeOptions { Verifier = verifier });
        peer.Send(Rpc.Publish(rsa, secp));
        board.Simulation.Run(100);

        Assert.Equal([KeyType.Rsa, KeyType.Secp256k1], verifier.Types);
        Assert.Equal([rsa.Signed(), secp.Signed()], verifier.Messages);
        Assert.Equal([rsa.Signature!, secp.Signature!], verifier.Signatures);
        Assert.Equal([rsa.Key![5..], secp.From![6..]], verifier.Keys);
        Assert.Equal(answer == 0 ? 2 : 0, board.Messages.Count);
        Assert.Equal(answer == 0 ? [] : [expected, expected], board.Drops);
    }

    [Fact]
    public void A_foreign_key_must_hash_to_its_author()
    {
        (RpcMessage rsa, _) = ForeignMessages();
        byte[] other = [.. rsa.Key!];
        other[^1] ^= 1;
        (Board board, ScriptedPeer peer) = Board.Connect(joined: ["t"], node: new NodeOptions { Verifier = new ScriptedVerifier(0) });
        peer.Send(Rpc.Publish(rsa with { Key = other }, rsa with { Key = null }));
        board.Simulation.Run(100);

        Assert.Empty(board.Messages);
        Assert.Equal([DropReason.SignatureInvalid, DropReason.SignatureInvalid], board.Drops);
    }

    [Fact]
    public void A_message_comes_once_however_often_and_however_it_is_sent()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(joined: ["t"]);
        RpcMessage message = RpcMessage.By(_author, 5, "t", [1]);
        peer.Send(Rpc.Publish(message, message));
        peer.Send(Rpc.Publish(message with { Key = _author.PublicKeyProtobuf }));
        board.Simulation.Run(100);

        Assert.Single(board.Messages);
        Assert.Equal(2, board.PubSub.Drops(DropReason.Duplicate));
    }

    [Fact]
    public void An_unsigned_message_is_forgotten_after_a_time()
    {
        (Board board, ScriptedPeer peer) =
            Board.Connect(new PubSubOptions { SeenMs = 60000, SignaturePolicy = SignaturePolicy.StrictNoSign }, joined: ["t"]);
        RpcMessage message = new() { Data = [1], Topic = "t" };
        peer.Send(Rpc.Publish(message));
        board.Simulation.Run(59000);
        peer.Send(Rpc.Publish(message));
        board.Simulation.Run(500);
        Assert.Single(board.Messages);

        board.Simulation.Run(61000);
        peer.Send(Rpc.Publish(message));
        board.Simulation.Run(500);
        Assert.Equal(2, board.Messages.Count);
    }

    [Fact]
    public void Ones_own_message_does_not_come_back()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(joined: ["t"], topics: ["t"]);
        peer.TakeBytes();
        board.Publish("t", 1);
        board.Simulation.Run(10);
        peer.Send(peer.TakeBytes());
        board.Simulation.Run(100);

        Assert.Empty(board.Messages);
        Assert.Equal([DropReason.Own], board.Drops);
    }

    [Fact]
    public void Without_signatures_a_message_has_no_stamps_and_is_known_by_its_data()
    {
        (Board board, ScriptedPeer peer) =
            Board.Connect(new PubSubOptions { SignaturePolicy = SignaturePolicy.StrictNoSign }, joined: ["t"]);
        RpcMessage plain = new() { Data = [1], Topic = "t" };
        peer.Send(Rpc.Publish(plain, plain, plain with { Data = [2] }));
        board.Simulation.Run(100);
        Assert.Equal([[1], [2]], board.Messages.Select(one => one.Data));
        Assert.All(board.Messages, one => Assert.False(one.IsSigned));
        Assert.All(board.Messages, one => Assert.Null(one.From));
        Assert.Equal([DropReason.Duplicate], board.Drops);

        RpcMessage stamped = RpcMessage.By(_author, 5, "t", [3]);
        RpcMessage none = new() { Data = [3], Topic = "t" };
        peer.Send(Rpc.Publish(stamped, none with { From = stamped.From }, none with { Sequence = stamped.Sequence },
            none with { Signature = stamped.Signature }, none with { Key = _author.PublicKeyProtobuf }, none with { Signature = [] }));
        board.Simulation.Run(100);
        Assert.Equal(2, board.Messages.Count);
        Assert.Equal(6, board.PubSub.Drops(DropReason.Signed));
    }

    [Fact]
    public void A_message_of_a_topic_that_is_not_joined_is_dropped()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(joined: ["t"], topics: ["open"]);
        peer.Send(Rpc.Publish(RpcMessage.By(_author, 1, "open", [1]), RpcMessage.By(_author, 2, "other", [1]),
            RpcMessage.By(_author, 3, "", [1]), RpcMessage.By(_author, 4, "t", [1]) with { Topic = null }));
        board.Simulation.Run(100);

        Assert.Empty(board.Messages);
        Assert.Equal(4, board.PubSub.Drops(DropReason.NotSubscribed));
    }

    [Fact]
    public void A_message_longer_than_the_option_is_passed_over_and_the_next_one_is_not()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(new PubSubOptions { MaxMessageBytes = 256 }, joined: ["t"]);
        RpcMessage longest = RpcMessage.By(_author, 1, "t", new byte[256 - 121 - 1]);
        Assert.Equal(256, longest.Encode().Length);
        RpcMessage tooLong = RpcMessage.By(_author, 2, "t", new byte[256 - 121]);
        peer.Send(Rpc.Publish(RpcMessage.By(_author, 3, "t", new byte[100_000]), longest, tooLong, RpcMessage.By(_author, 4, "t", [9])));
        board.Simulation.Run(1000);

        Assert.Equal([1UL, 4UL], board.Messages.Select(one => one.Sequence));
        Assert.Equal([DropReason.TooLong, DropReason.TooLong], board.Drops);
        Assert.True(board.Connection.IsOpen);
    }

    [Fact]
    public void An_rpc_of_any_length_is_read_piece_by_piece()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(new PubSubOptions { MaxMessageBytes = 1024, SeenMessages = 256 }, joined: ["t"]);
        RpcMessage[] many = [.. Enumerable.Range(0, 200).Select(i => RpcMessage.By(_author, (ulong)i, "t", new byte[800]))];
        Rpc rpc = Rpc.Publish(many) with { Unknown = new Fields().Bytes(15, new byte[100_000]).ToArray() };
        Assert.InRange(rpc.Encode().Length, 280_000, 400_000);
        peer.Send(rpc);
        board.Simulation.Run(5000);

        Assert.Equal(Enumerable.Range(0, 200).Select(i => (ulong)i), board.Messages.Select(one => one.Sequence));
    }

    [Fact]
    public void A_second_stream_takes_the_place_of_the_first()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(joined: ["t"], topics: ["t"]);
        byte[] half = Rpc.Publish(RpcMessage.By(_author, 1, "t", [1])).Encode();
        peer.Send(half[..50]);
        board.Simulation.Run(100);
        peer.Reopen();
        peer.Send(Rpc.Publish(RpcMessage.By(_author, 2, "t", [2])));
        board.Simulation.Run(100);

        Assert.Equal([2], Assert.Single(board.Messages).Data);
        Assert.Equal(1, peer.Resets);
        Assert.Equal(1, board.PubSub.Open("t").Subscribers);
        Assert.Equal(1, board.Publish("t", 3));
    }

    private static (RpcMessage Rsa, RpcMessage Secp256k1) ForeignMessages()
    {
        byte[] rsaKey =
            [.. new Fields().Varint(1, (ulong)KeyType.Rsa).Bytes(2, [.. Enumerable.Range(0, 162).Select(i => (byte)i)]).ToArray()];
        byte[] secpKey =
            [.. new Fields().Varint(1, (ulong)KeyType.Secp256k1).Bytes(2, [.. Enumerable.Range(0, 33).Select(i => (byte)i)]).ToArray()];
        RpcMessage Message(byte[] key) => new()
        {
            From = PeerId.FromPublicKey(key, 0, key.Length, new ManagedCrypto()).ToBytes(),
            Data = [1],
            Sequence = new byte[8],
            Topic = "t",
            Signature = [.. Enumerable.Repeat((byte)key.Length, 70)],
        };
        return (Message(rsaKey) with { Key = rsaKey }, Message(secpKey));
    }

    private sealed class ScriptedVerifier(int answer) : IIdentityVerifier
    {
        public System.Collections.Generic.List<KeyType> Types { get; } = [];

        public System.Collections.Generic.List<byte[]> Keys { get; } = [];

        public System.Collections.Generic.List<byte[]> Messages { get; } = [];

        public System.Collections.Generic.List<byte[]> Signatures { get; } = [];

        public int Verify(KeyType type, byte[] key, int keyOffset, int keyCount, byte[] message, int offset, int count,
            byte[] signature, int signatureOffset, int signatureCount)
        {
            Types.Add(type);
            Keys.Add(key[keyOffset..(keyOffset + keyCount)]);
            Messages.Add(message[offset..(offset + count)]);
            Signatures.Add(signature[signatureOffset..(signatureOffset + signatureCount)]);
            return answer;
        }
    }
}
