using System;
using System.Collections.Generic;
using System.Text;
using NanoLibp2p.Buffers;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox.Service.Stores;

namespace NanoLibp2p.Postbox.Service.Messages;

/// <summary>
/// Reads requests (SPEC.md 8.1). What a peer sent ends in a code, never in an exception. Unknown fields, and known ones of another wire
/// type, are passed over; of a single field that comes twice the last counts.
/// </summary>
internal ref struct RequestReader
{
    internal const int MaxAcknowledgements = 64;
    internal const int MaxEntries = 64;
    internal const int MaxWants = 16;
    internal const int MaxIds = 16;
    internal const int MaxTopics = 8;
    internal const int MaxTopicBytes = 128;
    internal const int MaxCursorBytes = 12;
    internal const int MaxTokenBytes = 256;
    internal const int MaxRecordBytes = 448;
    internal const int ItemField = 15;

    /// <summary>Bytes of a request beside its item.</summary>
    internal const int MaxBytes = 4096;

    private readonly ReadOnlyMemory<byte> _bytes;

    private RequestReader(ReadOnlyMemory<byte> bytes)
    {
        _bytes = bytes;
    }

    /// <summary>0 while nothing is wrong.</summary>
    private PostboxCode _code;

    private string _reason = "";

    /// <summary>Reads a request.</summary>
    /// <param name="bytes">All of it, without its length. What is read of it is a part of these bytes, and no copy.</param>
    /// <returns>What was found.</returns>
    internal static RequestResult Read(ReadOnlyMemory<byte> bytes)
    {
        RequestReader reader = new(bytes);
        return reader.Read();
    }

    /// <summary>The serial of a request of which only the beginning is there; 0 when it is not in it.</summary>
    internal static uint SerialOf(ReadOnlySpan<byte> beginning)
    {
        ProtobufFields fields = new(beginning);
        return fields.Next() && fields.Is(1, WireType.Varint) && fields.Value <= uint.MaxValue ? (uint)fields.Value : 0;
    }

    private RequestResult Read()
    {
        uint serial = 0;
        int kind = 0;
        ReadOnlyMemory<byte> body = default;
        ProtobufFields fields = new(_bytes.Span);
        while (fields.Next())
        {
            if (fields.Is(1, WireType.Varint))
            {
                serial = Number(fields.Value);
            }
            else if (fields.WireType == WireType.Bytes && fields.Field is >= 2 and <= 7)
            {
                kind = fields.Field;
                body = Part(_bytes, fields.Bytes);
            }
        }

        if (fields.IsMalformed)
        {
            return new RequestResult(null, serial, PostboxCode.Malformed, "not protobuf", IsUnreadable: true);
        }

        if (serial == 0)
        {
            Refuse(PostboxCode.Malformed, "serials begin with 1");
        }

        Request? request = kind switch
        {
            2 => ReadDeposit(serial, body),
            3 => ReadQuery(serial, body),
            4 => ReadSync(serial, body),
            5 => ReadFetch(serial, body),
            6 => ReadConfigure(serial, body),
            7 => ReadLookup(serial, body),
            _ => Refuse(PostboxCode.Unsupported, "no request that is known here"),
        };
        return _code == 0 ? new RequestResult(request, serial, 0, "", false)
            : new RequestResult(null, serial, _code, _reason, _isUnreadable);
    }

    private bool _isUnreadable;

    private DepositRequest? ReadDeposit(uint serial, ReadOnlyMemory<byte> body)
    {
        PeerId? to = null;
        uint ttl = 0;
        uint priority = 0;
        ulong? slot = null;
        ulong? work = null;
        ReadOnlyMemory<byte> token = default;
        ReadOnlyMemory<byte> item = default;
        bool wantsReceipt = false;
        bool hasItem = false;
        ProtobufFields fields = new(body.Span);
        while (fields.Next())
        {
            switch (fields.Field, fields.WireType)
            {
                case (1, WireType.Bytes):
                    to = Peer(fields.Bytes);
                    break;
                case (2, WireType.Varint):
                    ttl = Number(fields.Value);
                    break;
                case (3, WireType.Varint):
                    priority = Number(fields.Value);
                    break;
                case (4, WireType.Fixed64):
                    slot = fields.Value;
                    break;
                case (5, WireType.Bytes):
                    token = Part(body, fields.Bytes);
                    break;
                case (6, WireType.Fixed64):
                    work = fields.Value;
                    break;
                case (7, WireType.Varint):
                    wantsReceipt = fields.Value != 0;
                    break;
                case (ItemField, WireType.Bytes):
                    hasItem = true;
                    item = Part(body, fields.Bytes);
                    break;
            }
        }

        if (!IsSound(fields) || !IsThere(to) || !IsWithin(priority, 3, "priority"))
        {
            return null;
        }

        if (token.Length > MaxTokenBytes || _bytes.Length - item.Length > MaxBytes)
        {
            Refuse(PostboxCode.Malformed, "a token, or a request beside its item, is too long");
        }
        else if (hasItem && item.Length < 10)
        {
            Refuse(PostboxCode.Malformed, "an item has 10 bytes or more");
        }
        else if (hasItem && item.Span[0] != 1)
        {
            Refuse(PostboxCode.Unsupported, "only form 1 is deposited");
        }
        else if (!hasItem && slot == null && token.Length == 0)
        {
            Refuse(PostboxCode.Malformed, "neither item, slot nor token");
        }

        return new DepositRequest(serial, to!)
        {
            Ttl = ttl,
            Priority = (byte)priority,
            Slot = slot,
            Token = token,
            Work = work,
            WantsReceipt = wantsReceipt,
            HasItem = hasItem,
            Item = item,
        };
    }

    private QueryRequest? ReadQuery(uint serial, ReadOnlyMemory<byte> body)
    {
        PeerId? to = null;
        List<ItemId> ids = [];
        ProtobufFields fields = new(body.Span);
        while (_code == 0 && fields.Next())
        {
            if (fields.Is(1, WireType.Bytes))
            {
                to = Peer(fields.Bytes);
            }
            else if (fields.Is(2, WireType.Bytes) && IsRoom(ids.Count, MaxIds, "ids"))
            {
                if (fields.Bytes.Length != ItemId.Length)
                {
                    Refuse(PostboxCode.Malformed, "an id has 32 bytes");
                }
                else
                {
                    ids.Add(ItemId.Read(fields.Bytes));
                }
            }
        }

        return IsShort(fields) && IsThere(to) ? new QueryRequest(serial, to!, ids) : null;
    }

    private SyncRequest? ReadSync(uint serial, ReadOnlyMemory<byte> body)
    {
        List<Acknowledgement> acknowledgements = [];
        ReadOnlyMemory<byte> cursor = default;
        uint limit = 0;
        uint budget = 0;
        uint skip = 0;
        bool follows = false;
        ProtobufFields fields = new(body.Span);
        while (_code == 0 && fields.Next())
        {
            switch (fields.Field, fields.WireType)
            {
                case (1, WireType.Bytes):
                    if (IsRoom(acknowledgements.Count, MaxAcknowledgements, "acks"))
                    {
                        acknowledgements.Add(ReadAcknowledgement(fields.Bytes));
                    }

                    break;
                case (2, WireType.Bytes):
                    cursor = Part(body, fields.Bytes);
                    break;
                case (3, WireType.Varint):
                    limit = Number(fields.Value);
                    break;
                case (4, WireType.Varint):
                    budget = Number(fields.Value);
                    break;
                case (5, WireType.Varint):
                    follows = fields.Value != 0;
                    break;
                case (6, WireType.Varint):
                    skip = Number(fields.Value);
                    break;
            }
        }

        return !IsShort(fields) || !IsWithin(limit, MaxEntries, "limit") ? null : new SyncRequest(serial)
        {
            Acknowledgements = acknowledgements,
            Cursor = cursor,
            Limit = (int)limit,
            Budget = budget,
            Follows = follows,
            Skip = skip,
        };
    }

    private Acknowledgement ReadAcknowledgement(ReadOnlySpan<byte> bytes)
    {
        ulong name = 0;
        uint outcome = 0;
        ulong? proof = null;
        ProtobufFields fields = new(bytes);
        while (fields.Next())
        {
            if (fields.Is(1, WireType.Fixed64))
            {
                name = fields.Value;
            }
            else if (fields.Is(2, WireType.Varint))
            {
                outcome = Number(fields.Value);
            }
            else if (fields.Is(3, WireType.Fixed64))
            {
                proof = fields.Value;
            }
        }

        IsSound(fields);
        IsWithin(outcome, 3, "outcome");
        return new Acknowledgement(name, (byte)outcome, proof);
    }

    private FetchRequest? ReadFetch(uint serial, ReadOnlyMemory<byte> body)
    {
        List<Want> wants = [];
        ProtobufFields fields = new(body.Span);
        while (_code == 0 && fields.Next())
        {
            if (fields.Is(1, WireType.Bytes) && IsRoom(wants.Count, MaxWants, "wants"))
            {
                wants.Add(ReadWant(fields.Bytes));
            }
        }

        return IsShort(fields) ? new FetchRequest(serial, wants) : null;
    }

    private Want ReadWant(ReadOnlySpan<byte> bytes)
    {
        ulong name = 0;
        uint offset = 0;
        uint length = 0;
        ProtobufFields fields = new(bytes);
        while (fields.Next())
        {
            if (fields.Is(1, WireType.Fixed64))
            {
                name = fields.Value;
            }
            else if (fields.Is(2, WireType.Varint))
            {
                offset = Number(fields.Value);
            }
            else if (fields.Is(3, WireType.Varint))
            {
                length = Number(fields.Value);
            }
        }

        IsSound(fields);
        return new Want(name, offset, length);
    }

    private ConfigureRequest? ReadConfigure(uint serial, ReadOnlyMemory<byte> body)
    {
        ReadOnlyMemory<byte> record = default;
        uint work = 0;
        uint epoch = 0;
        uint maxItem = 0;
        uint maxItems = 0;
        List<TopicWish> topics = [];
        ProtobufFields fields = new(body.Span);
        while (_code == 0 && fields.Next())
        {
            switch (fields.Field, fields.WireType)
            {
                case (1, WireType.Bytes):
                    record = Part(body, fields.Bytes);
                    break;
                case (3, WireType.Varint):
                    work = Number(fields.Value);
                    break;
                case (4, WireType.Varint):
                    epoch = Number(fields.Value);
                    break;
                case (5, WireType.Varint):
                    maxItem = Number(fields.Value);
                    break;
                case (6, WireType.Bytes):
                    if (IsRoom(topics.Count, MaxTopics, "topics"))
                    {
                        topics.Add(ReadTopic(fields.Bytes));
                    }

                    break;
                case (8, WireType.Varint):
                    maxItems = Number(fields.Value);
                    break;
            }
        }

        if (!IsShort(fields))
        {
            return null;
        }

        if (record.Length > MaxRecordBytes)
        {
            Refuse(PostboxCode.Malformed, "a record has 448 bytes at most");
        }
        else if (work > 32 && work != 255)
        {
            Refuse(PostboxCode.Malformed, "work is 1 to 32 bits, or 255");
        }

        return new ConfigureRequest(serial)
        {
            Record = record,
            Work = work,
            TokenEpoch = epoch,
            MaxItem = maxItem,
            MaxItems = maxItems,
            Topics = topics,
        };
    }

    private TopicWish ReadTopic(ReadOnlySpan<byte> bytes)
    {
        string name = "";
        uint keep = 0;
        uint ttl = 0;
        ProtobufFields fields = new(bytes);
        while (fields.Next())
        {
            if (fields.Is(1, WireType.Bytes))
            {
                if (fields.Bytes.Length > MaxTopicBytes || !System.Text.Unicode.Utf8.IsValid(fields.Bytes))
                {
                    Refuse(PostboxCode.Malformed, "a topic has 1 to 128 bytes of UTF-8");
                    return default;
                }

                name = Encoding.UTF8.GetString(fields.Bytes);
            }
            else if (fields.Is(2, WireType.Varint))
            {
                keep = Number(fields.Value);
            }
            else if (fields.Is(3, WireType.Varint))
            {
                ttl = Number(fields.Value);
            }
        }

        if (IsSound(fields) && (name.Length == 0 || keep is 0 or > 64))
        {
            Refuse(PostboxCode.Malformed, "a topic has a name, and keeps 1 to 64 messages");
        }

        return new TopicWish(name, keep, ttl);
    }

    private LookupRequest? ReadLookup(uint serial, ReadOnlyMemory<byte> body)
    {
        PeerId? to = null;
        ProtobufFields fields = new(body.Span);
        while (fields.Next())
        {
            if (fields.Is(1, WireType.Bytes))
            {
                to = Peer(fields.Bytes);
            }
        }

        return IsShort(fields) && IsThere(to) ? new LookupRequest(serial, to!) : null;
    }

    // version 1 has Ed25519 identities only (SPEC.md 3)
    private PeerId? Peer(ReadOnlySpan<byte> bytes)
    {
        byte[] id = bytes[..Math.Min(bytes.Length, PeerId.MaxBytes + 1)].ToArray();
        if (PeerId.CheckBytes(id, 0, id.Length) != 0)
        {
            Refuse(PostboxCode.Malformed, "the recipient is no peer id");
            return null;
        }

        if (!Statements.IsEd25519(id))
        {
            Refuse(PostboxCode.Unsupported, "the recipient's key is not of Ed25519");
            return null;
        }

        return PeerId.FromBytes(id, 0, id.Length);
    }

    private bool IsThere(PeerId? to)
    {
        if (to == null)
        {
            Refuse(PostboxCode.Malformed, "no recipient");
        }

        return to != null;
    }

    private bool IsSound(ProtobufFields fields)
    {
        if (fields.IsMalformed)
        {
            _isUnreadable = true;
            Refuse(PostboxCode.Malformed, "not protobuf");
        }

        return !fields.IsMalformed;
    }

    // for what has no item
    private bool IsShort(ProtobufFields fields)
    {
        if (_bytes.Length > MaxBytes)
        {
            Refuse(PostboxCode.Malformed, "a request without an item has 4,096 bytes at most");
        }

        return IsSound(fields) && _code == 0;
    }

    private bool IsRoom(int count, int most, string what)
    {
        if (count >= most)
        {
            Refuse(PostboxCode.Malformed, $"{what}: {most} at most");
        }

        return count < most;
    }

    private bool IsWithin(uint value, uint most, string what)
    {
        if (value > most)
        {
            Refuse(PostboxCode.Malformed, $"{what}: {most} at most");
        }

        return value <= most;
    }

    // the first fault counts
    private Request? Refuse(PostboxCode code, string reason)
    {
        if (_code == 0)
        {
            _code = code;
            _reason = reason;
        }

        return null;
    }

    private static uint Number(ulong value) => value > uint.MaxValue ? uint.MaxValue : (uint)value;

    // a span of a memory, as memory
    private static ReadOnlyMemory<byte> Part(ReadOnlyMemory<byte> whole, ReadOnlySpan<byte> part)
        => whole.Span.Overlaps(part, out int offset) ? whole.Slice(offset, part.Length) : default;
}
