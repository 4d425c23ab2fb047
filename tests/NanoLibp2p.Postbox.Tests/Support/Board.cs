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

/// <summary>A board with a postbox client on a network in virtual time, and what its program heard.</summary>
internal sealed class Board : PostboxEvents
{
    private readonly StringBuilder _body = new();

    public Board(Simulation simulation, byte[] seed, PostboxOptions? options = null, TestStore? store = null, FixedRandom? random = null,
        PostboxSenderOptions? senderOptions = null)
    {
        Simulation = simulation;
        Store = store ?? new TestStore();
        Options = options ?? new PostboxOptions();
        Random = random ?? new FixedRandom(simulation.Network.TakeSeed());
        CryptoProvider crypto = new ManagedCrypto();
        Identity = new Identity(crypto, seed, 0);
        Node node = new(new NodeOptions { LargeRecordBytes = 0, MaxConnections = 2 }, Identity, crypto, Random);
        Client = new PostboxClient(Options, Store, this);
        node.Add(Client);
        SenderOptions = senderOptions ?? new PostboxSenderOptions();
        Sender = new PostboxSender(Client, SenderOptions);
        Node = new MortalNode(simulation.Network, node);
        simulation.Add(Node);
    }

    public Simulation Simulation { get; }

    public TestStore Store { get; }

    public PostboxOptions Options { get; }

    public FixedRandom Random { get; }

    public Identity Identity { get; }

    public PostboxClient Client { get; }

    public PostboxSenderOptions SenderOptions { get; }

    public PostboxSender Sender { get; }

    public MortalNode Node { get; }

    /// <summary>Bodies of what was handed on, in order.</summary>
    public List<string> Heard { get; } = [];

    public List<string> Senders { get; } = [];

    public List<string> Subjects { get; } = [];

    /// <summary>How many of them came with the mark that they may have come before.</summary>
    public int SeenBefore { get; private set; }

    public List<int> Ends { get; } = [];

    public int Hints { get; private set; }

    /// <summary>The board's clock; 0 for none.</summary>
    public uint Clock { get; set; } = Vectors.Sent;

    public Func<Mail, bool>? Wish { get; set; }

    public Action<Mail>? Heed { get; set; }

    /// <summary>The connection to a gateway, dialed when there is none.</summary>
    public Connection Connect(TestNode gateway)
    {
        Connection? open = Node.Node.Connections.FirstOrDefault(connection => connection.IsOpen
            && gateway.Node.Identity.PeerId.Matches(connection.RemoteId, 0, connection.RemoteIdCount));
        open ??= Node.Dial(gateway.Node.ListenCount > 0 ? gateway.Node.ListenAddress(0) : gateway.Listen());
        Assert.True(Simulation.Run(() => open.IsOpen, 10_000));
        return open;
    }

    /// <summary>Runs one request to its end.</summary>
    public int Run(Func<bool> begin)
    {
        int before = Ends.Count;
        Assert.True(begin());
        Assert.True(Simulation.Run(() => Ends.Count > before, 120_000), "the request did not end");
        return Ends[^1];
    }

    public int Sync(TestNode gateway)
    {
        Connection connection = Connect(gateway);
        return Run(() => Client.Sync(connection));
    }

    /// <summary>An item sealed by this board.</summary>
    public byte[] Seal(PeerId to, string body, LetterOptions? letter = null)
    {
        letter ??= new LetterOptions();
        letter.To = to;
        byte[] bytes = Encoding.ASCII.GetBytes(body);
        byte[] item = new byte[PostboxSender.SizeOf(letter, bytes.Length)];
        int count = Sender.Seal(letter, bytes, 0, bytes.Length, item, 0);
        Assert.True(count > 0, $"not sealed: {count}");
        return item[..count];
    }

    public override bool Wants(PostboxClient client, Mail mail) => Wish?.Invoke(mail) ?? true;

    public override void OnMail(PostboxClient client, Mail mail)
    {
        if (mail.BodyOffset == 0)
        {
            _body.Clear();
            Senders.Add(Convert.ToHexStringLower(mail.Sender, 0, mail.Sender.Length));
            Subjects.Add(Encoding.ASCII.GetString(mail.Buffer, mail.SubjectOffset, mail.SubjectCount));
        }

        Assert.Equal(_body.Length, mail.BodyOffset);
        _body.Append(Encoding.Latin1.GetString(mail.Buffer, mail.Offset, mail.Count));
        if (_body.Length == mail.BodyBytes)
        {
            Heard.Add(_body.ToString());
            SeenBefore += mail.SeenBefore ? 1 : 0;
            Heed?.Invoke(mail);
        }
    }

    public override void OnEnd(PostboxClient client, int code) => Ends.Add(code);

    public override void OnWaiting(PostboxClient client) => Hints++;

    public override uint UnixSeconds() => Clock;

    /// <summary>A node that can lose its power.</summary>
    internal sealed class MortalNode(MemoryNetwork network, Node node) : TestNode(network, node)
    {
        public bool IsDead { get; set; }

        public override long Poll(long nowMs) => IsDead ? long.MaxValue : base.Poll(nowMs);
    }
}
