using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Crypto;
using NanoLibp2p.Frames.Gateway;
using NanoLibp2p.Frames.Tests.Proofs;
using NanoLibp2p.Hal;
using NanoLibp2p.Noise;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Frames.Tests;

/// <summary>A device and a gateway on one LoRa channel in virtual time: airtime, receive windows, loss.</summary>
internal sealed class Radio : FrameNodeEvents
{
    private readonly Random _random;
    private readonly SetClock _clock = new();
    private readonly FrameSecrets _secrets;
    private readonly FrameNodeOptions _options;
    private readonly byte[] _frame = new byte[1500];

    internal Radio(FrameNodeOptions options, CryptoProvider crypto, int seed = 1, double loss = 0, int spreading = 7,
        IFrameStore? store = null)
    {
        _options = options;
        _random = new Random(seed);
        Loss = loss;
        Spreading = spreading;
        options.AnswerMs = 1150 + TimeOnAir(options.Session.Mtu);
        Spreading = spreading;
        options.AnswerMs = 1150 + TimeOnAir(options.Session.Mtu);
        Crypto = crypto;
        _secrets = new FrameSecrets(crypto);
        Device = Identity.Create(crypto, new SeededRandom((uint)seed + 20));
        GatewayIdentity = Identity.Create(crypto, new SeededRandom((uint)seed + 40));
        Store = store ?? new MemoryFrameStore();
        Gateway = NewGateway();
        Link = new FrameRadio
        {
            Name = "air", Mtu = options.Session.Mtu, IsBoundedByAir = true, Window = TimeSpan.FromSeconds(1),
            TimeOnAir = bytes => TimeSpan.FromMilliseconds(TimeOnAir(bytes)), AirtimeOfHour = TimeSpan.FromMinutes(6),
        };
        RememberDevice();
        Node = new FrameNode(options, _secrets, Device, Board, new SeededRandom((uint)seed + 60), this);
    }

    internal CryptoProvider Crypto { get; }

    internal Identity Device { get; }

    internal Identity GatewayIdentity { get; private set; }

    internal BoardValues Board { get; } = new();

    internal IFrameStore Store { get; private set; }

    internal FrameGateway Gateway { get; private set; }

    internal FrameRadio Link { get; }

    internal FrameNode Node { get; private set; }

    internal double Loss { get; set; }

    internal int Spreading { get; set; }

    internal long Now { get; private set; }

    /// <summary>Start and airtime of each frame of the device.</summary>
    internal List<(long At, int Air)> Sent { get; } = [];

    internal List<byte[]> Up { get; } = [];

    internal List<FramePublication> Published { get; } = [];

    internal List<int> Settled { get; } = new(1000);

    internal List<(int Reading, int Notice)> Lost { get; } = [];

    internal List<int> States { get; } = [];

    internal IFrameCalls? Calls { get; set; }

    internal Func<int, byte[], byte[]>? OnMethod { get; set; }

    internal List<(int Status, byte[] Body)> Answers { get; } = [];

    internal int MailSeen { get; private set; }

    internal int StoreFailures { get; private set; }

    /// <summary>What the gateway's store said when it failed.</summary>
    internal List<string> StoreFaults { get; } = [];

    internal Func<byte[], bool>? Drops { get; set; }

    /// <summary>Provisions both and starts.</summary>
    internal void Start()
    {
        Assert.True(Node.AddGateway(Gateway.Card.ToArray(), Gateway.StaticKey.ToArray()) >= -1);
        Assert.True(Node.Provision((uint)_clock.GetUtcNow().ToUnixTimeSeconds(), new byte[32], 1UL << 56, false));
        Assert.True(Node.AddGateway(Gateway.Card.ToArray(), Gateway.StaticKey.ToArray()) >= 0);
        Assert.True(Node.Start(Now, -1));
    }

    internal void Restart(long sleptMs)
    {
        FrameNode old = Node;
        Node = new FrameNode(_options, _secrets, Device, Board, new SeededRandom(77), this);
        Configure?.Invoke(Node);
        Assert.NotSame(old, Node);
        Pass(Math.Max(0, sleptMs));
        Assert.True(Node.Start(Now, sleptMs));
    }

    internal Action<FrameNode>? Configure { get; set; }

    /// <summary>The gateway is gone for good; another one takes its place, and knows the device.</summary>
    internal void ReplaceGateway()
    {
        GatewayIdentity = Identity.Create(Crypto, new SeededRandom(4711));
        Store = new MemoryFrameStore();
        Gateway = NewGateway();
        RememberDevice();
    }

    internal void RestartGateway() => Gateway = NewGateway();

    /// <summary>Plays until a time has passed.</summary>
    internal void Run(long ms)
    {
        long end = Now + ms;
        while (Now < end)
        {
            int count = Node.Transmit(_frame, 0, Now);
            if (count == 0)
            {
                Pass(Math.Min(Math.Max(Node.WakeAt, Now + 1), end) - Now);
                continue;
            }

            byte[] frame = _frame[..count];
            Up.Add(frame);
            Sent.Add((Now, TimeOnAir(count)));
            Pass(TimeOnAir(count));
            if (IsLost(frame))
            {
                continue;
            }

            FrameOutgoing? answer = Gateway.OnFrame(Link, "", frame, _clock.GetUtcNow());
            if (answer != null)
            {
                Pass((long)(answer.At - _clock.GetUtcNow()).TotalMilliseconds + TimeOnAir(answer.Frame.Length));
                Assert.True(Now <= Node.ListensUntil, "the device had stopped listening");
                if (!IsLost(answer.Frame))
                {
                    Node.Receive(answer.Frame, 0, answer.Frame.Length, Now);
                }
            }
        }
    }

    /// <summary>Plays until something is so.</summary>
    internal void Until(Func<bool> condition, long ms = 24 * 3600 * 1000)
    {
        for (long end = Now + ms; !condition() && Now < end;)
        {
            Run(100);
        }

        Assert.True(condition(), $"not within {ms} ms; state {Node.State}, {Node.Unsettled} unsettled, held {Node.HeldMs} ms");
    }

    /// <summary>Plays until every reading is done with: asks every minute, as a program does that wants to know.</summary>
    internal void Settle()
    {
        for (int i = 0; i < 1440 && Node.Unsettled > 0; i++)
        {
            Node.Ask();
            Run(60_000);
        }

        Assert.True(Node.Unsettled == 0, $"state {Node.State}, {Node.Unsettled} unsettled, held {Node.HeldMs} ms");
    }

    internal void Pass(long ms)
    {
        Now += ms;
        _clock.Now += TimeSpan.FromMilliseconds(ms);
    }

    public override int TimeOnAir(int bytes) => (int)Math.Ceiling(BytesOnAir.AirtimeMs(Spreading, bytes));

    public override void OnState(FrameNode node) => States.Add(node.State);

    public override void OnSettled(FrameNode node, int reading) => Settled.Add(reading);

    public override void OnLost(FrameNode node, int reading, int notice) => Lost.Add((reading, notice));

    public override void OnMailWaits(FrameNode node) => MailSeen++;

    public override void OnStoreFailed(FrameNode node) => StoreFailures++;

    public override int OnCall(FrameNode node, int method, byte[] body, int offset, int count, byte[] answer)
    {
        byte[]? result = OnMethod?.Invoke(method, body[offset..(offset + count)]);
        result?.CopyTo(answer, 0);
        return result?.Length ?? -3;
    }

    public override bool OnAnswer(FrameNode node, int status, int block, byte[] body, int offset, int count, bool more)
    {
        Answers.Add((status, body == null ? [] : body[offset..(offset + count)]));
        return true;
    }

    private void RememberDevice()
    {
        KeyPair key = new();
        _secrets.DeriveStatic(Device, 0, key);
        byte[] card = new byte[FrameCard.CardBytes];
        new FrameCard(Crypto).Write(Device, 0, key, card, 0);
        Assert.True(Gateway.Remember(Device.PeerId, card, key.PublicKey));
    }

    private bool IsLost(byte[] frame) => _random.NextDouble() < Loss || Drops?.Invoke(frame) == true;

    private FrameGateway NewGateway() => new(new FrameGatewayOptions
    {
        Identity = GatewayIdentity, Crypto = Crypto, Random = new SeededRandom(7), Store = Store, Admits = _ => true, Time = _clock,
        Calls = new Forwarding(this), OnStoreFailed = e => StoreFaults.Add(e.Message),
    }, (_, taken) =>
    {
        if (taken.Publication != null)
        {
            Published.Add(taken.Publication);
        }
    });

    private sealed class Forwarding(Radio owner) : IFrameCalls
    {
        public System.Threading.Tasks.ValueTask<FrameReply> CallAsync(Multiformats.PeerId device, int method, ReadOnlyMemory<byte> body)
            => owner.Calls?.CallAsync(device, method, body) ?? new(new FrameReply(3, ReadOnlyMemory<byte>.Empty));

        public bool HasMail(Multiformats.PeerId device) => owner.Calls?.HasMail(device) == true;
    }
}
