using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using NanoLibp2p.Buffers;
using NanoLibp2p.Crypto;

namespace NanoLibp2p.Frames.Gateway;

// Topics and readings: what is taken, what becomes a message with the device's signature, what is refused (SPEC.md 8.2, 9, 10).
public sealed partial class FrameGateway
{
    private const int MaxTopicBytes = 128;
    private const int MaxHeld = 128;
    private const int ReadingNumbers = 1024;
    private const int NumberBytes = 8;
    private const int NumberFlag = 4;
    private const int LongAlias = 3;
    private const int AliasMask = 3;
    private const int SignMethod = 3;
    private const int KnownFlags = FrameTopic.Batched | FrameTopic.Protobuf | FrameTopic.Subscribe | FrameTopic.Template;
    private const int NoticeAlias = 1;
    private const int NoticeSignature = 2;
    private const int NoticeTooLong = 3;
    private const int NoticeNotAllowed = 4;
    private const int NoticeMalformed = 5;
    private static readonly TimeSpan _heldTime = TimeSpan.FromDays(7);
    private readonly byte[] _message = new byte[FrameMessage.OverheadBytes + 128 + 65_536];

    // what a frame with this body does: the device and the root as they are then, what is taken, and what the device is told
    private Verdict Judge(FrameDevice device, FrameRoot root, int number, int kind, ReadOnlySpan<byte> body)
        => (kind & FrameInner.ChannelMask) switch
        {
            0 => JudgeControl(device, root, number, kind, body),
            FrameInner.Publish or FrameInner.Again => JudgeReading(device, root, number, kind, body),
            FrameInner.Call when body.Length >= 2 && (kind & 3) == 0 => JudgeCall(device, root, number, kind, body),
            FrameInner.Answer when body.Length >= 2 => Take(device, root, number, kind, body),
            _ => Refuse(device, root, number, NoticeMalformed),
        };

    private Verdict JudgeControl(FrameDevice device, FrameRoot root, int number, int kind, ReadOnlySpan<byte> body) => kind switch
    {
        FrameInner.Ping when body.IsEmpty => Take(device, root, number, kind, body),
        FrameInner.Close when body.Length == 1 => Take(device, root, number, kind, body),
        FrameInner.Notice => Take(device, root, number, kind, body),
        FrameInner.Alias => JudgeAlias(device, root, number, body),
        _ => Refuse(device, root, number, NoticeMalformed),
    };

    private Verdict JudgeAlias(FrameDevice device, FrameRoot root, int number, ReadOnlySpan<byte> body)
    {
        if (body.Length < 2 || body[0] > 15)
        {
            return Refuse(device, root, number, NoticeMalformed);
        }

        int name = body[0];
        int flags = body[1];
        ReadOnlySpan<byte> topic = body[2..];
        ReadOnlySpan<byte> template = [];
        List<FrameAlias> aliases = [.. device.Aliases.Where(one => one.Alias != name)];
        if ((flags & ~KnownFlags) != 0)
        {
            return Refuse(device, root, number, NoticeNotAllowed);
        }

        if ((flags & FrameTopic.Template) != 0)
        {
            if (topic.Length < 2 || topic[0] == 0 || topic[0] >= topic.Length)
            {
                return Refuse(device, root, number, NoticeMalformed);
            }

            template = topic[(1 + topic[0])..];
            topic = topic.Slice(1, topic[0]);
            if (FrameTemplate.Check(template.ToArray(), 0, template.Length) < 0)
            {
                return Refuse(device, root, number, NoticeMalformed);
            }
        }

        if (topic.Length > MaxTopicBytes)
        {
            return Refuse(device, root, number, NoticeTooLong);
        }

        if (!topic.IsEmpty)
        {
            if (!_options.MayPublish(device.Peer, Encoding.UTF8.GetString(topic)))
            {
                return Refuse(device, root, number, NoticeNotAllowed);
            }

            aliases.Add(new FrameAlias(name, flags, topic.ToArray(), template.IsEmpty ? null : template.ToArray()));
        }

        return Take(device with { Aliases = aliases }, root, number, FrameInner.Alias, body);
    }

    private Verdict JudgeReading(FrameDevice device, FrameRoot root, int number, int kind, ReadOnlySpan<byte> body)
    {
        ReadOnlySpan<byte> rest = body;
        if ((kind & NumberFlag) != 0)
        {
            if (rest.Length < NumberBytes)
            {
                return Refuse(device, root, number, NoticeMalformed);
            }

            ulong full = System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(rest);
            rest = rest[NumberBytes..];
            if (full < (ulong)number || full > ulong.MaxValue - (2UL * FrameHead.NumbersOfRoot))
            {
                return Refuse(device, root, number, NoticeMalformed);
            }

            root = root with { NumberBase = full - (ulong)number };
            if (rest.IsEmpty && kind == (FrameInner.Publish | NumberFlag))
            {
                // the number alone (SPEC.md B)
                return Take(device, root, number, kind, body);
            }
        }

        int alias = kind & AliasMask;
        if (alias == LongAlias)
        {
            alias = rest.IsEmpty ? -1 : rest[0];
            rest = rest.IsEmpty ? rest : rest[1..];
        }

        ulong message = root.NumberBase + (ulong)number;
        ulong first = message;
        if ((kind & FrameInner.ChannelMask) == FrameInner.Again)
        {
            byte[] distance = rest[..Math.Min(rest.Length, 3)].ToArray();
            int bytes = Varint.Read(distance, 0, distance.Length, out ulong value);
            if (bytes < 1 || value is < 1 or >= ReadingNumbers || value > message)
            {
                return Refuse(device, root, number, NoticeMalformed);
            }

            rest = rest[bytes..];
            first = message - value;
        }

        if (alias is < 0 or > 15 || root.NumberBase == 0)
        {
            return Refuse(device, root, number, NoticeMalformed);
        }

        if (device.Aliases.FirstOrDefault(one => one.Alias == alias) is not { } topic)
        {
            return new Verdict(device, root, null, [FrameInner.Notice, NoticeAlias, (byte)alias]);
        }

        if (!_options.MayPublish(device.Peer, Encoding.UTF8.GetString(topic.Topic)))
        {
            return Refuse(device, root, number, NoticeNotAllowed);
        }

        if (HasReading(device, first))
        {
            return Repeat(device, root, number, kind, body);
        }

        bool isBatched = (topic.Flags & 3) == FrameTopic.Batched;
        int signature = isBatched ? 0 : CryptoProvider.SignatureBytes;
        if (rest.Length <= signature)
        {
            return Refuse(device, root, number, NoticeMalformed);
        }

        byte[]? data = Expand(topic, rest[..^signature]);
        if (data == null)
        {
            return Refuse(device, root, number, NoticeMalformed);
        }

        FrameDevice marked = MarkReading(device, first);
        if (isBatched)
        {
            HeldReading[] held = [.. device.Held.Where(one => Now - one.At < _heldTime)];
            while (held.Length >= MaxHeld)
            {
                int place = Array.FindIndex(held, one => one.IsSigned);
                if (place < 0)
                {
                    return Refuse(device, root, number, NoticeNotAllowed);
                }

                held = [.. held[..place], .. held[(place + 1)..]];
            }

            return Take(marked with { Held = [.. held, new HeldReading(first, alias, data, Now)] }, root, number, kind, body);
        }

        FramePublication? publication = Build(device, topic, data, message, rest[^signature..]);
        return publication == null ? Refuse(device, root, number, NoticeSignature)
            : Take(marked, root, number, kind, body, publication);
    }

    // sign: several readings become one message
    private Verdict JudgeSign(FrameDevice device, FrameRoot root, int number, int kind, ReadOnlySpan<byte> body)
    {
        const int Head = 6;
        byte[] call = body.ToArray();
        if (body.Length < Head + 1 + CryptoProvider.SignatureBytes || body[5] == 0)
        {
            return Answer(2, []);
        }

        if (root.NumberBase == 0)
        {
            return Answer(5, []);
        }

        // the highest number of the session with those 16 bits that is not above this frame's
        int first = number - ((number - ((body[2] << 8) | body[3])) & 0xFFFF);
        ulong batch = root.NumberBase + (ulong)Math.Max(first, 0);
        int alias = body[4];
        FrameAlias? topic = device.Aliases.FirstOrDefault(one => one.Alias == alias);
        if (topic == null || first < 0)
        {
            return Answer(topic == null ? 4 : 2, []);
        }

        byte[] gaps = body[Head..^CryptoProvider.SignatureBytes].ToArray();
        ulong[] numbers = new ulong[body[5]];
        int at = 0;
        ulong above = batch;
        for (int i = 0; i < numbers.Length; i++)
        {
            int bytes = Varint.Read(gaps, at, gaps.Length - at, out ulong gap);
            if (bytes < 1 || gap == 0 || gap > above)
            {
                return Answer(2, []);
            }

            at += bytes;
            above -= gap;
            numbers[i] = above;
        }

        if (at != gaps.Length)
        {
            return Answer(2, []);
        }

        // newest first, as the device gave them
        Dictionary<ulong, HeldReading> held = [];
        foreach (HeldReading one in device.Held.Where(one => one.Alias == alias))
        {
            held[one.Number] = one;
        }

        HeldReading?[] readings = [.. numbers.Select(one => held.GetValueOrDefault(one))];
        if (Array.TrueForAll(readings, one => one is { IsSigned: true }))
        {
            return Answer(0, []);
        }

        if (Array.Exists(readings, one => one == null))
        {
            byte[] missing = new byte[(numbers.Length + 7) / 8];
            for (int i = 0; i < numbers.Length; i++)
            {
                missing[i / 8] |= (byte)(readings[i] == null ? 128 >> (i % 8) : 0);
            }

            // so that they may be sent again under their numbers
            return Answer(5, missing, Unmark(device, numbers.Where((_, i) => readings[i] == null)));
        }

        FramePublication? publication = Build(device, topic, Join(topic, batch, readings!), batch, body[^CryptoProvider.SignatureBytes..]);
        if (publication == null)
        {
            return Answer(4, []);
        }

        HashSet<ulong> signed = [.. numbers];
        FrameDevice done = device with
        {
            Held = [.. device.Held.Select(one => one.Alias == alias && signed.Contains(one.Number) ? one with { IsSigned = true } : one)],
        };
        return Answer(0, [], done, publication);

        Verdict Answer(int status, byte[] bytes, FrameDevice? changed = null, FramePublication? publication = null)
            => new(changed ?? device, root, new FrameTaken(number, kind, call) { Publication = publication }, null)
            {
                Reply = new FrameReply(status, bytes),
            };
    }

    private byte[] Join(FrameAlias topic, ulong batch, HeldReading[] newestFirst)
    {
        HeldReading[] readings = [.. newestFirst.Reverse()];
        if ((topic.Flags & FrameTopic.Protobuf) == 0)
        {
            return [.. readings.SelectMany((one, i) => i == 0 ? one.Data : [(byte)'\n', .. one.Data])];
        }

        ProtobufMessage message = new();
        List<byte> distances = [];
        foreach (HeldReading one in readings)
        {
            message.Bytes(1, one.Data);
            byte[] distance = new byte[Varint.MaxBytes];
            distances.AddRange(distance[..Varint.Write(batch - one.Number, distance, 0)]);
        }

        return message.Bytes(2, distances.ToArray()).ToArray();
    }

    // the message that the device has signed, if it has
    private FramePublication? Build(FrameDevice device, FrameAlias topic, byte[] data, ulong number, ReadOnlySpan<byte> signature)
    {
        if (data.Length > _message.Length - FrameMessage.OverheadBytes - topic.Topic.Length)
        {
            return null;
        }

        int at = FrameMessage.Begin(device.Peer, data.Length, _message);
        data.CopyTo(_message, at);
        int end = FrameMessage.End(number, topic.Topic, _message, at + data.Length);
        int last = FrameMessage.WriteLength(5, signature.Length, _message, end);
        signature.CopyTo(_message.AsSpan(last));
        int written = last + signature.Length;
        byte[] peer = device.Peer.ToBytes();
        int key = peer.Length - CryptoProvider.KeyBytes;
        return _options.Crypto.Ed25519Verify(peer, key, _message, 0, end, _message, written - signature.Length)
            ? new FramePublication(device.Peer, Encoding.UTF8.GetString(topic.Topic), number,
                _message[FrameMessage.PrefixBytes..written], at - FrameMessage.PrefixBytes, data.Length)
            : null;
    }

    private byte[]? Expand(FrameAlias topic, ReadOnlySpan<byte> reading)
    {
        if (topic.Template == null)
        {
            return reading.ToArray();
        }

        byte[] packed = reading.ToArray();
        byte[] text = new byte[1024];
        int count = FrameTemplate.Expand(topic.Template, packed, 0, packed.Length, text, 0, text.Length);
        return count < 0 ? null : text[..count];
    }

    private static bool HasReading(FrameDevice device, ulong number)
    {
        ulong back = device.LastReading - number;
        return device.Readings.Length > 0 && number <= device.LastReading && back < ReadingNumbers
            && (device.Readings[back / 8] >> (int)(back % 8) & 1) != 0;
    }

    private static FrameDevice MarkReading(FrameDevice device, ulong number)
    {
        byte[] bits = new byte[ReadingNumbers / 8];
        ulong last = Math.Max(device.LastReading, number);
        ulong up = last - device.LastReading;
        for (int i = 0; i < ReadingNumbers && device.Readings.Length > 0; i++)
        {
            if ((device.Readings[i / 8] >> (i % 8) & 1) != 0 && (ulong)i + up < ReadingNumbers)
            {
                int to = i + (int)up;
                bits[to / 8] |= (byte)(1 << (to % 8));
            }
        }

        if (last - number < ReadingNumbers)
        {
            int place = (int)(last - number);
            bits[place / 8] |= (byte)(1 << (place % 8));
        }

        return device with { LastReading = last, Readings = bits };
    }

    private static FrameDevice Unmark(FrameDevice device, IEnumerable<ulong> numbers)
    {
        byte[] bits = [.. device.Readings];
        foreach (ulong number in numbers)
        {
            ulong back = device.LastReading - number;
            if (bits.Length > 0 && number <= device.LastReading && back < ReadingNumbers)
            {
                bits[back / 8] &= (byte)~(1 << (int)(back % 8));
            }
        }

        return device with { Readings = bits };
    }

    private static Verdict Take(FrameDevice device, FrameRoot root, int number, int kind, ReadOnlySpan<byte> body,
        FramePublication? publication = null)
        => new(device, root, new FrameTaken(number, kind, body.ToArray()) { Publication = publication }, null);

    private static Verdict Repeat(FrameDevice device, FrameRoot root, int number, int kind, ReadOnlySpan<byte> body)
        => new(device, root, new FrameTaken(number, kind, body.ToArray()) { IsRepeat = true }, null);

    private static Verdict Refuse(FrameDevice device, FrameRoot root, int number, int code)
        => new(device, root, null, [FrameInner.Notice, (byte)code, (byte)((number >> 8) & 15), (byte)number]);

    // what became of a frame: taken, or refused with a NOTICE; and the answer to a call
    private sealed record Verdict(FrameDevice Device, FrameRoot Root, FrameTaken? Taken, byte[]? Notice)
    {
        internal FrameReply? Reply { get; init; }

        /// <summary>Which block of the answer is wanted; -1 where nothing is called.</summary>
        internal int Block { get; init; } = -1;

        /// <summary>The hash of a call that is new.</summary>
        internal uint Hash { get; init; }
    }
}
