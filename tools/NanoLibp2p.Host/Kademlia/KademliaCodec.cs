using System;
using System.Collections.Generic;
using System.Text;
using NanoLibp2p.Buffers;
using NanoLibp2p.Multiformats;
using Wire = NanoLibp2p.Kademlia.KademliaRequest;

namespace NanoLibp2p.Host.Kademlia;

/// <summary>
/// Reads and writes the messages of kad-dht, without their length prefix. The numbers are those of the device's client
/// (protocols/NanoLibp2p.Kademlia); this one also answers, and has room for a whole message.
/// </summary>
internal static class KademliaCodec
{
    internal const int PutValue = Wire.PutValue;
    internal const int GetValue = Wire.GetValue;
    internal const int AddProvider = Wire.AddProvider;
    internal const int GetProviders = Wire.GetProviders;
    internal const int FindNode = Wire.FindNode;
    internal const int Ping = 5;

    /// <summary>The longest key in bytes: more than any namespace's path, far less than a message.</summary>
    internal const int MaxKeyBytes = 1024;

    /// <summary>Closer peers of one message that are looked at; what comes after them is passed over.</summary>
    internal const int MaxCloserPeers = 64;

    /// <summary>Providers of one message that are looked at.</summary>
    internal const int MaxProviderPeers = 256;

    /// <summary>Addresses of one message that are looked at.</summary>
    internal const int MaxAddresses = 2048;

    // fields that the device's client has no use for
    private const int PeerConnection = 3;
    private const int RecordTimeReceived = 5;

    // RFC 3339 with nanoseconds and a zone
    private const int MaxTimeBytes = 64;

    /// <summary>Reads a message.</summary>
    /// <param name="bytes">The whole message. What is kept of it is copied.</param>
    /// <param name="maxAddressesAPeer">Addresses of one peer that are kept, the first ones.</param>
    /// <param name="error">What is wrong with it, when null is returned.</param>
    /// <returns>The message; null when it is malformed or of no known type. Peers whose id or address doesn't parse are left
    /// out.</returns>
    internal static KademliaMessage? TryRead(byte[] bytes, int maxAddressesAPeer, out string error)
    {
        Parser parser = new(bytes, maxAddressesAPeer);
        KademliaMessage? message = parser.Read();
        error = parser.Error;
        return message;
    }

    /// <summary>Writes a message.</summary>
    internal static byte[] Write(KademliaMessage message)
    {
        // once for the size, once for the bytes
        byte[] bytes = new byte[WriteTo(message, null)];
        WriteTo(message, bytes);
        return bytes;
    }

    private static int WriteTo(KademliaMessage message, byte[]? bytes)
    {
        int at = Varint(Wire.Type, (uint)message.Type, bytes, 0);
        if (message.Key.Length > 0)
        {
            at = Field(Wire.Key, message.Key, bytes, at);
        }

        if (message.Record is { } record)
        {
            byte[]? time = record.TimeReceived == null ? null : Encoding.ASCII.GetBytes(record.TimeReceived);
            int size = ProtobufWriter.SizeOfBytes(Wire.RecordKey, record.Key.Length)
                + ProtobufWriter.SizeOfBytes(Wire.RecordValue, record.Value.Length)
                + (time == null ? 0 : ProtobufWriter.SizeOfBytes(RecordTimeReceived, time.Length));
            at = Length(Wire.Record, size, bytes, at);
            at = Field(Wire.RecordKey, record.Key, bytes, at);
            at = Field(Wire.RecordValue, record.Value, bytes, at);
            at = time == null ? at : Field(RecordTimeReceived, time, bytes, at);
        }

        at = Peers(Wire.CloserPeers, message.CloserPeers, bytes, at);
        return Peers(Wire.ProviderPeers, message.ProviderPeers, bytes, at);
    }

    private static int Peers(int field, List<WirePeer> peers, byte[]? bytes, int at)
    {
        foreach (WirePeer peer in peers)
        {
            byte[] id = peer.Id.ToBytes();
            int size = ProtobufWriter.SizeOfBytes(Wire.Id, id.Length)
                + (peer.Connection == 0 ? 0 : ProtobufWriter.SizeOfVarint(PeerConnection, (uint)peer.Connection));
            byte[][] addresses = new byte[peer.Addresses.Count][];
            for (int i = 0; i < addresses.Length; i++)
            {
                addresses[i] = peer.Addresses[i].ToBytes();
                size += ProtobufWriter.SizeOfBytes(Wire.PeerAddress, addresses[i].Length);
            }

            at = Length(field, size, bytes, at);
            at = Field(Wire.Id, id, bytes, at);
            foreach (byte[] address in addresses)
            {
                at = Field(Wire.PeerAddress, address, bytes, at);
            }

            at = peer.Connection == 0 ? at : Varint(PeerConnection, (uint)peer.Connection, bytes, at);
        }

        return at;
    }

    private static int Varint(int field, uint value, byte[]? bytes, int at)
        => bytes == null ? at + ProtobufWriter.SizeOfVarint(field, value) : ProtobufWriter.WriteVarint(field, value, bytes, at);

    private static int Length(int field, int count, byte[]? bytes, int at)
        => bytes == null ? at + ProtobufWriter.SizeOfBytes(field, count) - count : ProtobufWriter.WriteLength(field, count, bytes, at);

    private static int Field(int field, byte[] value, byte[]? bytes, int at)
        => bytes == null
            ? at + ProtobufWriter.SizeOfBytes(field, value.Length)
            : ProtobufWriter.WriteBytes(field, value, 0, value.Length, bytes, at);

    // one pass over a message that is whole: so each field of bytes comes in one piece
    private sealed class Parser(byte[] bytes, int maxAddressesAPeer)
    {
        private readonly ProtobufReader _reader = new();
        private readonly List<Multiaddr> _addresses = [];
        private KademliaMessage? _message;
        private byte[] _key = [];
        private int _type = -1;
        private int _part;
        private int _left = MaxAddresses;
        private bool _hasRecord;
        private byte[] _recordKey = [];
        private byte[] _recordValue = [];
        private string? _recordTime;
        private PeerId? _peer;
        private int _connection;
        private readonly List<WirePeer> _closer = [];
        private readonly List<WirePeer> _providers = [];

        internal string Error { get; private set; } = string.Empty;

        internal KademliaMessage? Read()
        {
            int at = 0;
            _reader.Reset((ulong)bytes.Length);
            while (_message == null)
            {
                ProtobufEvent found = _reader.Next(bytes, at, bytes.Length - at);
                int from = at;
                at += _reader.Consumed;
                switch (found)
                {
                    case ProtobufEvent.Varint:
                        TakeNumber(_reader.Field, _reader.Value);
                        break;
                    case ProtobufEvent.BytesBegin:
                        if (!Begin(_reader.Field, _reader.Value))
                        {
                            return null;
                        }

                        break;
                    case ProtobufEvent.BytesChunk:
                        Take(_reader.Field, bytes.AsSpan(from, at - from));
                        break;
                    case ProtobufEvent.EndOfMessage:
                        if (!End())
                        {
                            return null;
                        }

                        break;
                    case ProtobufEvent.Fixed:
                    case ProtobufEvent.BytesEnd:
                        break;
                    default:
                        Error = "it is no protobuf message, or is cut off";
                        return null;
                }
            }

            return _message;
        }

        private void TakeNumber(int field, ulong value)
        {
            if (_part == 0 && field == Wire.Type)
            {
                _type = value <= Ping ? (int)value : int.MaxValue;
            }
            else if (_part > Wire.Record && field == PeerConnection)
            {
                _connection = value <= 3 ? (int)value : 0;
            }
        }

        // false: the message is refused
        private bool Begin(int field, ulong length)
        {
            if (_part == 0)
            {
                bool enters = field == Wire.Record
                    || (field == Wire.CloserPeers && _closer.Count < MaxCloserPeers)
                    || (field == Wire.ProviderPeers && _providers.Count < MaxProviderPeers);
                if (enters)
                {
                    _reader.Enter();
                    _part = field;
                    _peer = null;
                    _connection = 0;
                    _addresses.Clear();
                    if (field == Wire.Record)
                    {
                        _hasRecord = true;
                        _recordKey = [];
                        _recordValue = [];
                        _recordTime = null;
                    }
                }
                else if (field != Wire.Key)
                {
                    _reader.Skip();
                }

                return field != Wire.Key || FitsKey(length);
            }

            if (_part == Wire.Record)
            {
                if (field == Wire.RecordKey)
                {
                    return FitsKey(length);
                }

                if (field != Wire.RecordValue && (field != RecordTimeReceived || length > MaxTimeBytes))
                {
                    _reader.Skip();
                }

                return true;
            }

            if ((field != Wire.Id || length > PeerId.MaxBytes)
                && (field != Wire.PeerAddress || length > Multiaddr.MaxBytes || _addresses.Count >= maxAddressesAPeer || _left-- <= 0))
            {
                _reader.Skip();
            }

            return true;
        }

        private bool FitsKey(ulong length)
        {
            if (length <= MaxKeyBytes)
            {
                return true;
            }

            Error = $"its key of {length} bytes is longer than {MaxKeyBytes}";
            return false;
        }

        private void Take(int field, ReadOnlySpan<byte> value)
        {
            if (_part == 0)
            {
                _key = value.ToArray();
            }
            else if (_part == Wire.Record)
            {
                switch (field)
                {
                    case Wire.RecordKey:
                        _recordKey = value.ToArray();
                        break;
                    case Wire.RecordValue:
                        _recordValue = value.ToArray();
                        break;
                    default:
                        _recordTime = Ascii.IsValid(value) ? Encoding.ASCII.GetString(value) : null;
                        break;
                }
            }
            else if (field == Wire.Id)
            {
                byte[] id = value.ToArray();
                _peer = PeerId.CheckBytes(id, 0, id.Length) == 0 ? PeerId.FromBytes(id, 0, id.Length) : null;
            }
            else
            {
                byte[] address = value.ToArray();
                if (Multiaddr.Validate(address, 0, address.Length) == 0)
                {
                    _addresses.Add(Multiaddr.FromBytes(address, 0, address.Length));
                }
            }
        }

        // false: the message is refused
        private bool End()
        {
            if (_part != 0)
            {
                if (_part != Wire.Record && _peer != null)
                {
                    (_part == Wire.CloserPeers ? _closer : _providers).Add(MakePeer(_peer));
                }

                _part = 0;
                return true;
            }

            // the first value of an enum is not written by some encoders (proto3)
            _type = _type == -1 ? PutValue : _type;
            if (_type > Ping)
            {
                Error = "it is of a type that kad-dht doesn't have";
                return false;
            }

            _message = new KademliaMessage
            {
                Type = _type,
                Key = _key,
                Record = _hasRecord ? new WireRecord(_recordKey, _recordValue, _recordTime) : null,
            };
            _message.CloserPeers.AddRange(_closer);
            _message.ProviderPeers.AddRange(_providers);
            return true;
        }

        // an address that leads to somebody else is none of this peer
        private WirePeer MakePeer(PeerId id)
        {
            WirePeer peer = new(id) { Connection = _connection };
            foreach (Multiaddr address in _addresses)
            {
                PeerId? end = address.PeerId;
                Multiaddr? bare = end == null ? address : end.Equals(id) ? address.WithoutPeerId() : null;
                if (bare != null && !peer.Addresses.Contains(bare))
                {
                    peer.Addresses.Add(bare);
                }
            }

            return peer;
        }
    }
}
