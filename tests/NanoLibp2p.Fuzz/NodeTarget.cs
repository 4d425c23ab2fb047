using System;
using System.Collections.Generic;
using System.Text;
using NanoLibp2p.Core;
using NanoLibp2p.Core.Identify;
using NanoLibp2p.Crypto;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Noise;
using NanoLibp2p.PubSub;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Fuzz;

/// <summary>A whole node that a peer calls, with the input as what the peer says: to the link, within the session, or as pubsub RPCs.</summary>
internal sealed class NodeTarget : IdentifyEvents
{
    [ThreadStatic]
    private static NodeTarget? s_node;

    private readonly Simulation simulation = new(1);
    private readonly TestNode node;
    private readonly CryptoProvider crypto = new CheapCrypto();
    private readonly NoiseSettings peer;
    private readonly KeyPair ephemeral = new();
    private readonly CipherState sending;
    private readonly CipherState receiving;
    private readonly MemoryTransport host;
    private readonly int port;

    private NodeTarget()
    {
        var random = new SeededRandom(9);
        node = simulation.Add(new NodeOptions { RecordBytes = 1024 }, new CheapCrypto());
        node.Node.Identify.Events = this;
        var pubsub = new PubSubProtocol(new PubSubOptions());
        node.Node.Add(pubsub);
        pubsub.Join("t");
        port = node.Listen().Port;
        host = simulation.Network.AddHost();
        Identity identity = Identity.Create(crypto, random);
        peer = new NoiseSettings(new NoiseIdentity(identity, crypto, random, true), true, new PeerBindings(1), null);
        ephemeral.Generate(crypto, random);
        sending = new CipherState(crypto);
        receiving = new CipherState(crypto);
    }

    public static void RunLink(byte[] input) => Run(input, (self, link) => self.Say(link, input));

    public static void RunSession(byte[] input) => Run(input, (self, link) =>
    {
        if (self.Handshake(link))
        {
            self.SaySealed(link, input);
        }
    });

    public static void RunPubSub(byte[] input) => Run(input, (self, link) =>
    {
        if (self.Handshake(link))
        {
            byte[] data = [.. Message("/multistream/1.0.0"), .. Message("/meshsub/1.1.0"), .. input];
            self.SaySealed(link, [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, (byte)(data.Length >> 8), (byte)data.Length, .. data]);
        }
    });

    public override void OnField(Connection connection, int field, byte[] buffer, int offset, int count, bool last) =>
        FuzzTarget.Must(offset >= 0 && offset + count <= buffer.Length, "a field out of the buffer");

    public override void OnEnd(Connection connection, bool complete)
    {
    }

    private static void Run(byte[] input, Action<NodeTarget, MemoryLink> say)
    {
        if (input.Length > 60_000)
        {
            return;
        }
        NodeTarget self = s_node ??= new NodeTarget();
        try
        {
            var link = (MemoryLink)self.host.Dial("127.0.0.1", self.port);
            say(self, link);
            self.Settle();
            link.Close();
            FuzzTarget.Must(self.simulation.Run(() => !self.node.InUse, 100_000), "the connection does not end");
            foreach (Connection connection in self.node.Node.Connections)
            {
                FuzzTarget.Must(connection.State == ConnectionState.Free && connection.CloseReason != CloseReason.None, "ended without a reason");
            }
        }
        catch
        {
            // the next input finds a node that nothing has happened to
            s_node = null;
            throw;
        }
    }

    private static byte[] Message(string id) => [(byte)(id.Length + 1), .. Encoding.ASCII.GetBytes(id), (byte)'\n'];

    private void Settle() => simulation.Run(2);

    private void Say(MemoryLink link, byte[] bytes)
    {
        for (int at = 0, idle = 0; at < bytes.Length && idle < 3;)
        {
            int taken = link.Write(bytes, at, bytes.Length - at);
            Settle();
            Hear(link);
            idle = taken > 0 ? 0 : idle + 1;
            at += Math.Max(0, taken);
        }
    }

    private void SaySealed(MemoryLink link, byte[] bytes)
    {
        for (int at = 0; at < bytes.Length; at += 500)
        {
            int count = Math.Min(500, bytes.Length - at);
            byte[] record = new byte[2 + count + CryptoProvider.TagBytes];
            Array.Copy(bytes, at, record, 2, count);
            int length = sending.Encrypt([], 0, 0, record, 2, count);
            record[0] = (byte)(length >> 8);
            record[1] = (byte)length;
            Say(link, record);
        }
    }

    private byte[] Hear(MemoryLink link)
    {
        var heard = new List<byte>();
        byte[] piece = new byte[2048];
        int read;
        while ((read = link.Read(piece, 0, piece.Length)) > 0)
        {
            heard.AddRange(piece.AsSpan(0, read));
        }
        return [.. heard];
    }

    private bool Handshake(MemoryLink link)
    {
        var handshake = new NoiseHandshake(crypto, peer);
        handshake.Start(true, null);
        handshake.State.UseEphemeral(ephemeral);
        byte[] message = new byte[2 + handshake.MessageBytes];
        message[1] = (byte)handshake.WriteMessage(message, 2);
        byte[] hello = [.. Message("/multistream/1.0.0"), .. Message("/noise"), .. message];
        link.Write(hello, 0, hello.Length);
        Settle();
        byte[] heard = Hear(link);
        int skip = hello.Length - message.Length + 2;
        FuzzTarget.Must(handshake.ReadMessage(heard, skip, heard.Length - skip) == 0, "the node's handshake is refused");
        message = new byte[2 + handshake.MessageBytes];
        int count = handshake.WriteMessage(message, 2);
        message[0] = (byte)(count >> 8);
        message[1] = (byte)count;
        link.Write(message, 0, message.Length);
        handshake.State.Split(sending, receiving);
        Settle();
        Hear(link);
        return true;
    }
}
