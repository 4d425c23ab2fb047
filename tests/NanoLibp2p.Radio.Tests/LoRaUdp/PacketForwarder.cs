using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Frames;
using NanoLibp2p.Hal.Radio.Air;

namespace NanoLibp2p.Radio.Tests.LoRaUdp;

/// <summary>
/// Semtech's packet forwarder, scripted, with a concentrator on a simulated air: the radio of a gateway, behind UDP. It writes the JSON
/// that the original writes, field by field.
/// </summary>
internal sealed class PacketForwarder : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
    private readonly Dictionary<uint, byte[]> _origins = [];
    private readonly IFrameLink _radio;
    private readonly IClock _clock;
    private readonly IPEndPoint _server;
    private readonly string _rate;
    private readonly byte[] _buffer = new byte[65_536];
    private ushort _token = 100;
    private long _pulledAt = long.MinValue / 2;

    internal PacketForwarder(IPEndPoint server, IFrameLink radio, IClock clock, string rate, ulong id = 0x0016_C001_FF10_A235)
    {
        (_server, _radio, _clock, _rate, Id) = (server, radio, clock, rate, id);
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
    }

    internal ulong Id { get; }

    /// <summary>Datagrams of the server that it got, by kind.</summary>
    internal List<byte> Kinds { get; } = [];

    internal List<JsonElement> Sends { get; } = [];

    internal void Poll()
    {
        if (_clock.NowMs - _pulledAt >= 5_000)
        {
            _pulledAt = _clock.NowMs;
            Pull();
        }

        int count;
        _radio.Poll(_clock.NowMs);
        while ((count = _radio.Receive(_buffer, 0, _buffer.Length)) > 0)
        {
            byte[] origin = new byte[FrameLinkResult.MaxOriginBytes];
            origin = origin[.._radio.CopyOrigin(origin, 0)];

            // its counter ran over a little while ago
            uint ended = (uint)(BinaryPrimitives.ReadInt64LittleEndian(origin) + 4_294_000_000);
            _origins[ended] = origin;
            Push(Heard(ended, _radio.RssiDbm, _buffer.AsSpan(0, count)));
        }

        while (_socket.Poll(0, SelectMode.SelectRead))
        {
            count = _socket.Receive(_buffer);
            Kinds.Add(_buffer[3]);
            if (_buffer[3] == 3)
            {
                Send(_buffer.AsSpan(0, count).ToArray());
            }
        }
    }

    internal void Pull() => Send(2, "");

    internal void Push(string json) => Send(0, json);

    internal string Heard(uint ended, int rssi, ReadOnlySpan<byte> frame, int crc = 1) => string.Create(CultureInfo.InvariantCulture,
        $"{{\"rxpk\":[{{\"tmst\":{ended},\"chan\":2,\"rfch\":1,\"freq\":868.500000,\"stat\":{crc},\"modu\":\"LORA\",\"datr\":\"{_rate}\",")
        + $"\"codr\":\"4/5\",\"lsnr\":9.8,\"rssi\":{rssi},\"size\":{frame.Length},\"data\":\"{Convert.ToBase64String(frame)}\"}}],"
        + "\"stat\":{\"time\":\"2026-01-01 00:00:00 GMT\",\"rxnb\":1,\"rxok\":1,\"rxfw\":1,\"ackr\":100.0,\"dwnb\":0,\"txnb\":0}}";

    public void Dispose() => _socket.Dispose();

    private void Send(byte kind, string json)
    {
        byte[] datagram = new byte[12 + Encoding.UTF8.GetByteCount(json)];
        datagram[0] = 2;
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(1), ++_token);
        datagram[3] = kind;
        BinaryPrimitives.WriteUInt64BigEndian(datagram.AsSpan(4), Id);
        Encoding.UTF8.GetBytes(json, datagram.AsSpan(12));
        _socket.SendTo(datagram, _server);
    }

    private void Send(byte[] datagram)
    {
        using JsonDocument json = JsonDocument.Parse(datagram.AsMemory(4));
        JsonElement packet = json.RootElement.GetProperty("txpk").Clone();
        Sends.Add(packet);
        byte[] frame = Convert.FromBase64String(packet.GetProperty("data").GetString()!);
        uint at = packet.GetProperty("tmst").GetUInt32();
        bool isKnown = _origins.TryGetValue(unchecked(at - 1_000_000), out byte[]? origin);
        int result = isKnown ? _radio.Send(frame, 0, frame.Length, origin!, origin!.Length, true) : 0;
        string error = result == frame.Length ? "NONE" : isKnown && result == 0 ? "COLLISION_PACKET" : "TOO_LATE";
        Send(5, $"{{\"txpk_ack\":{{\"error\":\"{error}\"}}}}");
    }
}
