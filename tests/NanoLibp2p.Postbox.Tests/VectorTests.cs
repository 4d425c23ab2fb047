using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using NanoLibp2p.Core;
using NanoLibp2p.Crypto;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox.Sender;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Postbox.Tests;

/// <summary>The vectors of SPEC.md A, each in the place where a device makes or reads it.</summary>
public class VectorTests
{
    private static readonly byte[] _sender = Vectors.Get("sender seed");
    private static readonly byte[] _recipient = Vectors.Get("recipient seed");
    private static readonly byte[] _gateway = Vectors.Get("gateway seed");
    private static readonly byte[] _ephemeral = Vectors.Get("ephemeral private key");

    private readonly Simulation _simulation = new(1);

    [Fact]
    public void Keys_are_mapped_both_ways()
    {
        KeyMap map = new(new ManagedCrypto());
        foreach (string who in new[] { "sender", "recipient" })
        {
            byte[] id = Vectors.Get(who);
            byte[] x = new byte[32];
            byte[] back = new byte[32];
            Assert.True(map.ToX25519(id, 6, x, 0));
            Assert.Equal(Vectors.Get($"{who} x25519"), x);
            Assert.True(map.ToEd25519(x, 0, id[37] >> 7, back, 0));
            Assert.Equal(id[6..], back);
        }
    }

    public static TheoryData<string> Items() => ["plain", "bare", "latest", "padded", "long", "two whole chunks"];

    [Theory]
    [MemberData(nameof(Items))]
    public void An_item_is_sealed_byte_for_byte(string name)
    {
        Board board = NewSender();
        (LetterOptions letter, byte[] body, uint clock) = Letter(name);
        board.Clock = clock;
        byte[] item = new byte[PostboxSender.SizeOf(letter, body.Length)];
        int count = board.Sender.Seal(letter, body, 0, body.Length, item, 0);
        Assert.Equal(Convert.ToHexString(Vectors.Get($"item {name}")), Convert.ToHexString(item, 0, Math.Max(count, 0)));
        Assert.Equal(Vectors.Get($"item {name}: hash"), board.Client.Cipher.State[..32]);
    }

    [Fact]
    public void An_item_is_sealed_to_a_prekey_byte_for_byte()
    {
        (Board board, MailboxRecord record) = LookUp("record with prekey");
        Assert.Equal(1, record.KeyNumber);
        LetterOptions letter = new() { Record = record };
        Assert.Equal(Vectors.Get("item prekey"), board.Seal(Recipient(), "open the valve", letter));
    }

    [Theory]
    [MemberData(nameof(Items))]
    public void An_item_is_opened(string name)
    {
        Board board = new(_simulation, _recipient);
        Gateway gateway = new();
        TestNode peer = AddGateway(gateway);
        gateway.Items.Add(new Gateway.Item(Vectors.Get($"item {name}"), 0));
        (LetterOptions letter, byte[] body, _) = Letter(name);

        Assert.Equal(0, board.Sync(peer));
        Assert.Equal([Encoding.Latin1.GetString(body)], board.Heard);
        Assert.Equal([Convert.ToHexStringLower(Vectors.Get("sender"))], board.Senders);
        Assert.Equal([Encoding.ASCII.GetString(letter.Subject)], board.Subjects);
        Assert.Equal(Vectors.Get($"item {name}: hash"), board.Client.Cipher.State[..32]);
        Gateway.Ack ack = Assert.Single(gateway.Acks);
        Assert.Equal((Convert.ToHexString(Vectors.Get($"item {name}: id"), 0, 8), 0), (ack.Name, ack.Outcome));
        Assert.Equal(letter.ProofKey == null ? null : Vectors.Get("proof STORED"), ack.Proof);
    }

    [Fact]
    public void A_prekey_is_the_first_of_its_chain_and_opens_what_was_sealed_to_it()
    {
        FixedRandom random = new(3) { Key = Vectors.Get("prekey chain") };
        PostboxSenderOptions options = new() { HasPrekeys = true, Gateways = [GatewayAddress()] };
        Board board = new(_simulation, _recipient, null, null, random, options);
        Assert.InRange(board.Sender.SignRecord(), 222, 222);
        byte[] record = board.SenderOptions.Record!;
        List<Wire.Field> fields = Wire.Read(Wire.BytesOf(Wire.Read(record), 3)!);
        Assert.Equal(Vectors.Get("prekey public, number 1"), Wire.BytesOf(fields, 4));
        Assert.Equal(1ul, Wire.NumberOf(fields, 5));

        Gateway gateway = new();
        TestNode peer = AddGateway(gateway);
        gateway.Items.Add(new Gateway.Item(Vectors.Get("item prekey"), 0));
        Assert.Equal(0, board.Sync(peer));
        Assert.Equal(["open the valve"], board.Heard);

        // after seven more the chain has gone on by one
        for (int i = 0; i < 8; i++)
        {
            board.Clock += 7 * 86400;
            board.Sender.SignRecord();
        }

        Assert.Equal(Vectors.Get("prekey chain, next"), board.Store.Get("mail")![OnceTable.Chain..(OnceTable.Chain + 32)]);
    }

    [Theory]
    [InlineData("STORED", 0)]
    [InlineData("NOT_WANTED", 1)]
    [InlineData("NOT_READABLE", 2)]
    [InlineData("TOO_LATE", 3)]
    public void A_proof_is_made(string name, int outcome)
    {
        byte[] proof = new byte[8];
        NewSender().Client.Cipher.Prove([0, 1, 2, 3, 4, 5, 6, 7], 0, outcome, proof, 0);
        Assert.Equal(Vectors.Get($"proof {name}"), proof);
    }

    [Fact]
    public void A_known_sender_has_the_mark_of_its_key()
    {
        FixedRandom random = new(3) { Secret = Vectors.Get("prekey chain")[..16] };
        for (int i = 0; i < 16; i++)
        {
            random.Secret[i] = (byte)(0xF0 + i);
        }

        Board board = new(_simulation, _recipient, new PostboxOptions { Known = [Peer("sender")] }, null, random);
        byte[] mark = Vectors.Get("mark, secret f0..ff");
        Assert.Equal(1, board.Client.Table.ClassOf(BitConverter.ToUInt32(mark)));
    }

    [Fact]
    public void A_slot_is_that_of_its_subject()
    {
        byte[] slot = new byte[8];
        byte[] secret = [.. Enumerable.Range(0xA0, 32).Select(i => (byte)i)];
        NewSender().Sender.WriteSlot(secret, Recipient(), Encoding.ASCII.GetBytes("setpoint"), slot);
        Assert.Equal(Vectors.Get("slot, secret a0..bf, subject setpoint"), slot);
    }

    [Fact]
    public void A_weak_board_hedges_its_ephemeral_key()
    {
        FixedRandom random = new(3) { Key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)] };
        PostboxSenderOptions options = new() { HedgeSecret = [.. Enumerable.Range(0xE0, 32).Select(i => (byte)i)] };
        Board board = new(_simulation, _sender, null, null, random, options);
        byte[] item = board.Seal(Recipient(), "open the valve", Letter("plain").Letter);
        byte[] expected = new byte[32];
        new ManagedCrypto().X25519Base(Vectors.Get("e of a weak board, secret e0..ff, random 00..1f, item plain"), 0, expected, 0);
        Assert.Equal(expected, item[2..34]);
    }

    [Fact]
    public void A_record_is_signed_byte_for_byte()
    {
        Board board = new(_simulation, _recipient, null, null, null, new PostboxSenderOptions { Gateways = [GatewayAddress()] });
        Assert.Equal(186, board.Sender.SignRecord());
        Assert.Equal(Vectors.Get("record"), board.SenderOptions.Record);
    }

    [Fact]
    public void Tokens_are_signed_byte_for_byte()
    {
        Board board = new(_simulation, _recipient, null, null, null, new PostboxSenderOptions { TokenEpoch = 1 });
        byte[] token = new byte[190];
        int count = board.Sender.WriteToken(Peer("sender"), Vectors.Sent + 7776000, 2, 3, token, 0);
        Assert.Equal(Vectors.Get("token"), token[..count]);
        count = board.Sender.WriteToken(null, Vectors.Sent + 7776000, 1, 0, token, 0);
        Assert.Equal(Vectors.Get("token without holder"), token[..count]);
    }

    [Theory]
    [InlineData("record", 0)]
    [InlineData("record without address", 0)]
    [InlineData("record with prekey", 1)]
    public void A_record_is_verified(string name, int number)
    {
        (_, MailboxRecord record) = LookUp(name);
        Assert.Equal((ulong)Vectors.Sent, record.Sequence);
        Assert.Equal(Vectors.Sent + 7776000, record.Expires);
        Assert.Equal(number, record.KeyNumber);
    }

    [Fact]
    public void Requests_are_made_byte_for_byte()
    {
        // one stream, so that serials go on as in the vectors
        Board board = new(_simulation, _sender, new PostboxOptions { Follows = true });
        Gateway gateway = new();
        Connection connection = board.Connect(AddGateway(gateway));
        byte[] slot = Vectors.Get("slot, secret a0..bf, subject setpoint");
        DepositOptions plain = new() { To = Recipient(), Ttl = 86400 };

        // the vector asks for a receipt, which a device has no use for
        plain.Priority = 3;
        plain.Token = Vectors.Get("token");
        Deposit(plain, "item plain");
        plain.Priority = 0;
        plain.Token = null;
        plain.Work = Vectors.Get("work, first of 16 bits");
        Deposit(plain, "item plain");
        plain.Work = null;
        plain.Slot = slot;
        Deposit(plain, "item latest");
        Deposit(plain, null);
        Assert.Equal(0, board.Run(() => board.Sender.Query(connection, Recipient(), Vectors.Get("item plain: id"))));
        Assert.Equal(0, board.Run(() => board.Sender.Configure(connection)));
        MailboxRecord record = new();
        Assert.Equal(404, board.Run(() => board.Sender.Lookup(connection, Recipient(), record)));

        byte[] wanted = Vectors.Get("request deposit, token");
        int receipt = wanted.AsSpan().IndexOf(new byte[] { 0x38, 0x01, 0x7A, 0x8B });
        wanted = [.. wanted[..receipt], .. wanted[(receipt + 2)..]];
        wanted[0] -= 2;
        wanted[5] -= 2;
        Assert.Equal(wanted, gateway.Requests[0]);
        Assert.Equal(Vectors.Get("request deposit, work"), gateway.Requests[1]);
        Assert.Equal(Vectors.Get("request deposit in a slot"), gateway.Requests[2]);
        Assert.Equal(Vectors.Get("request cancel"), gateway.Requests[3]);
        Assert.Equal(Vectors.Get("request query"), gateway.Requests[4]);
        Assert.Equal(Vectors.Get("request lookup"), gateway.Requests[6]);

        void Deposit(DepositOptions deposit, string? item)
        {
            deposit.Item = item == null ? null : Vectors.Get(item);
            deposit.Count = deposit.Item?.Length ?? 0;
            Assert.Equal(0, board.Run(() => board.Sender.Deposit(connection, deposit)));
        }
    }

    [Fact]
    public void A_token_is_left_by_itself_in_219_bytes_over_a_radio()
    {
        Board board = new(_simulation, _sender);
        Gateway gateway = new();
        Connection connection = board.Connect(AddGateway(gateway));
        Assert.Equal(0, board.Run(() => board.Sender.Deposit(connection, new DepositOptions { To = Recipient(),
            Token = Vectors.Get("token") })));

        // what call 17 has: without length and serial
        Assert.Equal(219, gateway.Requests[0].Length - 4);
    }

    [Fact]
    public void A_deposit_and_its_answer_are_those_of_call_17_behind_a_serial()
    {
        Board board = new(_simulation, _sender);
        byte[] answer = Vectors.Get("call 17, answer");
        Gateway gateway = new() { Script = (_, _, serial) => Wire.Delimited([.. Wire.Number(1, serial), .. answer]) };
        Connection connection = board.Connect(AddGateway(gateway));
        DepositOptions deposit = new() { To = Recipient(), Ttl = 86400, Item = Vectors.Get("item bare") };
        deposit.Count = deposit.Item.Length;
        Assert.Equal(0, board.Run(() => board.Sender.Deposit(connection, deposit)));
        Assert.Equal(Vectors.Get("call 17, body, deposit of item bare"), gateway.Requests[0][4..]);
        Assert.Equal(Vectors.Sent + 86400, board.Sender.KeptUntil);
    }

    [Fact]
    public void The_second_request_of_a_sync_is_the_vector_with_the_acknowledgement()
    {
        byte[] attached = [.. Vectors.Get("reply sync, one item attached"), .. Vectors.Get("reply piece")];
        byte[] nothing = Vectors.Get("reply sync, nothing");
        Board board = new(_simulation, _recipient, new PostboxOptions { BudgetBytes = 512 });

        // the vectors' serial is 2: what the first request is answered with is what the gateway says to the second, one less
        Gateway gateway = new() { Script = (_, _, serial) => serial == 1 ? WithSerial(attached, 1) : WithSerial(nothing, 2) };
        Assert.Equal(0, board.Sync(AddGateway(gateway)));
        Assert.Equal(["open the valve"], board.Heard);
        Assert.Equal(Vectors.Get("request sync with an acknowledgement"), gateway.Requests[1]);
        Assert.Equal(Vectors.Sent, board.Client.GatewayTime);

        static byte[] WithSerial(byte[] replies, byte serial)
        {
            // behind each one's length, of one byte or two
            byte[] made = [.. replies];
            for (int at = 0; at < made.Length;)
            {
                int length = made[at] & 0x7F;
                at++;
                if (made[at - 1] >= 0x80)
                {
                    length |= made[at++] << 7;
                }

                made[at + 1] = serial;
                at += length;
            }

            return made;
        }
    }

    [Fact]
    public void The_probe_differs_from_the_bare_one_by_what_may_come_along()
    {
        Board board = new(_simulation, _recipient, new PostboxOptions { BudgetBytes = 0 });
        Gateway gateway = new();
        Assert.Equal(0, board.Sync(AddGateway(gateway)));
        byte[] probe = Vectors.Get("request sync, probe");
        Assert.Equal([(byte)(probe[0] + 2), .. probe[1..4], 2, 0x18, 8], Assert.Single(gateway.Requests));
    }

    [Fact]
    public void Fates_and_refusals_are_read()
    {
        Board board = new(_simulation, _sender);
        byte[] fates = Vectors.Get("reply fates");
        byte[] refused = Vectors.Get("reply refused 406");
        Gateway gateway = new() { Script = (kind, _, _) => kind == 3 ? Serial(fates) : Serial(refused) };
        Connection connection = board.Connect(AddGateway(gateway));

        Assert.Equal(0, board.Run(() => board.Sender.Query(connection, Recipient(), Vectors.Get("item plain: id"))));
        Assert.Equal(2, board.Sender.Fate);
        Assert.True(board.Sender.IsProof([0, 1, 2, 3, 4, 5, 6, 7]));
        Assert.False(board.Sender.IsProof([0, 1, 2, 3, 4, 5, 6, 8]));
        Assert.Equal(Vectors.Sent + 172800, board.Sender.KeptUntil);

        DepositOptions deposit = new() { To = Recipient(), Item = Vectors.Get("item bare"), Count = 122 };
        Assert.Equal(406, board.Run(() => board.Sender.Deposit(connection, deposit)));

        static byte[] Serial(byte[] reply)
        {
            byte[] made = [.. reply];
            made[2] = 1;
            return made;
        }
    }

    private static PeerId Peer(string name) => PeerId.FromBytes(Vectors.Get(name), 0, 38);

    private static PeerId Recipient() => Peer("recipient");

    private static Multiaddr GatewayAddress() => Multiaddr.Parse("/ip4/192.0.2.1/tcp/4001").WithPeerId(Peer("gateway"));

    private static (LetterOptions Letter, byte[] Body, uint Clock) Letter(string name)
    {
        byte[] valve = Encoding.ASCII.GetBytes("open the valve");
        LetterOptions letter = new() { To = Recipient() };
        switch (name)
        {
            case "plain":
                letter.Subject = Encoding.ASCII.GetBytes("valve");
                letter.ProofKey = [0, 1, 2, 3, 4, 5, 6, 7];
                return (letter, valve, Vectors.Sent);
            case "latest":
                letter.Subject = Encoding.ASCII.GetBytes("setpoint");
                letter.Lifetime = 600;
                letter.IsLatest = true;
                return (letter, Encoding.ASCII.GetBytes("21.5"), Vectors.Sent + 1);
            case "padded":
                letter.Padding = 9;
                return (letter, valve, Vectors.Sent);
            case "long":
                return (letter, [.. Enumerable.Range(0, 1300).Select(i => (byte)i)], Vectors.Sent);
            case "two whole chunks":
                return (letter, new byte[1013], Vectors.Sent);
            default:
                return (letter, valve, Vectors.Sent);
        }
    }

    private Board NewSender() => new(_simulation, _sender, null, null, new FixedRandom(3) { Key = _ephemeral });

    private TestNode AddGateway(Gateway gateway)
    {
        CryptoProvider crypto = new ManagedCrypto();
        Node node = new(new NodeOptions { LargeRecordBytes = 0 }, new Identity(crypto, _gateway, 0), crypto, new SeededRandom(9));
        node.Add(gateway);
        return _simulation.Add(new TestNode(_simulation.Network, node));
    }

    private (Board Board, MailboxRecord Record) LookUp(string name)
    {
        Board board = NewSender();
        Gateway gateway = new() { Record = Vectors.Get(name) };
        Connection connection = board.Connect(AddGateway(gateway));
        MailboxRecord record = new();
        Assert.Equal(0, board.Run(() => board.Sender.Lookup(connection, Recipient(), record)));
        return (board, record);
    }
}
