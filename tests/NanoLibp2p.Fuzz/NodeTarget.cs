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

/// <summary>A whole node that a peer calls, with the input as what the peer says: to the link, within the session, or as pubsub
/// RPCs.</summary>
internal sealed class NodeTarget : IdentifyEvents
{
    [ThreadStatic]
    private static NodeTarget? _current;

    private readonly Simulation _simulation = new(1);
    private readonly TestNode _node;
    private readonly CryptoProvider _crypto = new CheapCrypto();
    private readonly NoiseSettings _peer;
    private readonly KeyPair _ephemeral = new();
    private readonly CipherState _sending;
    private readonly CipherState _receiving;
    private readonly MemoryTransport _host;
    private readonly int _port;

    private NodeTarget()
    {
        SeededRandom random = new(9);
        _node = _simulation.Add(new NodeOptions { RecordBytes = 1024 }, new CheapCrypto());
        _node.Node.Identify.Events = this;
        PubSubProtocol pubsub = new(new PubSubOptions());
        _node.Node.Add(pubsub);
        pubsub.Join("t");
        _port = _node.Listen().Port;
        _host = _simulation.Network.AddHost();
        Identity identity = Identity.Create(_crypto, random);
        _peer = new NoiseSettings(new NoiseIdentity(identity, _crypto, random, true), true, new PeerBindings(1), null);
        _ephemeral.Generate(_crypto, random);
        _sending = new CipherState(_crypto);
        _receiving = new CipherState(_crypto);
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
        NodeTarget self = _current ??= new NodeTarget();
        try
        {
            MemoryLink link = (MemoryLink)self._host.Dial("127.0.0.1", self._port);
            say(self, link);
            self.Settle();
            link.Close();
            FuzzTarget.Must(self._simulation.Run(() => !self._node.InUse, 100_000), "the connection does not end");
            foreach (Connection connection in self._node.Node.Connections)
            {
                FuzzTarget.Must(connection.State == ConnectionState.Free
                    && connection.CloseReason != CloseReason.None, "ended without a reason");
            }
        }
        catch
        {
            // the next input finds a node that nothing has happened to
            _current = null;
            throw;
        }
    }

    private static byte[] Message(string id) => [(byte)(id.Length + 1), .. Encoding.ASCII.GetBytes(id), (byte)'\n'];

    private void Settle() => _simulation.Run(2);

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
            int length = _sending.Encrypt([], 0, 0, record, 2, count);
            record[0] = (byte)(length >> 8);
            record[1] = (byte)length;
            Say(link, record);
        }
    }

    private byte[] Hear(MemoryLink link)
    {
        List<byte> heard = new();
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
        NoiseHandshake handshake = new(_crypto, _peer);
        handshake.Start(true, null);
        handshake.State.UseEphemeral(_ephemeral);
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
        handshake.State.Split(_sending, _receiving);
        Settle();
        Hear(link);
        return true;
    }
}
