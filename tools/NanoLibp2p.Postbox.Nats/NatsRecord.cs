using System;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Collections.Generic;
using NanoLibp2p.Postbox.Service.Mailboxes;
using NanoLibp2p.Postbox.Service.Stores;

namespace NanoLibp2p.Postbox.Nats;

/// <summary>
/// What a message of the stream says, as it is in its header <see cref="Header"/>: binary, in base64url. An item's body is the message's
/// own, so a follower that asks for headers alone knows all heads.
/// </summary>
internal sealed class NatsRecord
{
    /// <summary>The header's name.</summary>
    internal const string Header = "P";

    /// <summary>How many heads one record forgets at the most.</summary>
    internal const int MaxForgotten = 128;

    /// <summary>How many bytes a head has without its mailbox and its id.</summary>
    internal const int OfHeadBytes = 51;

    // kind, writer, number
    private const int Preamble = 17;
    private const int HeadBytes = Preamble + OfHeadBytes;
    private const int TokenBytes = 16;

    // number, floor, seen, three lengths
    private const int MailboxPreamble = 31;
    private const int MaxShort = 256;
    private const int ForgottenBytes = BoxId.Length + ItemId.Length + 8;

    internal required NatsRecordKind Kind { get; init; }

    /// <summary>Which store wrote it: a random number of each that is open.</summary>
    internal long Writer { get; init; }

    /// <summary>The writer's own number for it, from 1.</summary>
    internal long Number { get; init; }

    /// <summary>Saved and dropped: which mailbox.</summary>
    internal BoxId Box { get; init; }

    /// <summary>Item and fate: the head. An item's sequence is 0 where it is that of its message.</summary>
    internal PostboxHead? Head { get; init; }

    /// <summary>Saved: the mailbox.</summary>
    internal PostboxMailbox? Mailbox { get; init; }

    /// <summary>Saved: the message by which the mailbox was dropped before, 0 for none. What is older in it is gone.</summary>
    internal long Floor { get; init; }

    /// <summary>Forgotten: which heads.</summary>
    internal IReadOnlyList<(BoxId Box, ItemId Id, long Sequence)> Forgotten { get; init; } = [];

    /// <summary>Mark: its token.</summary>
    internal Int128 Token { get; init; }

    /// <summary>The subject of an item, and of its fate.</summary>
    /// <param name="prefix">The stream's.</param>
    /// <param name="box">Its mailbox.</param>
    /// <param name="id">Its id.</param>
    /// <returns>The subject.</returns>
    internal static string SubjectOf(string prefix, BoxId box, ItemId id)
    {
        Span<byte> bytes = stackalloc byte[ItemId.Length];
        id.Write(bytes);
        return $"{SubjectOf(prefix, box)}.{Base64Url.EncodeToString(bytes)}";
    }

    /// <summary>The subject of a mailbox.</summary>
    /// <param name="prefix">The stream's.</param>
    /// <param name="box">Which.</param>
    /// <returns>The subject.</returns>
    internal static string SubjectOf(string prefix, BoxId box)
    {
        Span<byte> bytes = stackalloc byte[BoxId.Length];
        box.Write(bytes);
        return $"{prefix}.{Base64Url.EncodeToString(bytes)}";
    }

    /// <summary>Writes the header's value.</summary>
    /// <returns>Its text.</returns>
    internal string Write()
    {
        int size = Kind switch
        {
            NatsRecordKind.Item or NatsRecordKind.Fate => HeadBytes,
            NatsRecordKind.Saved => Preamble + LengthOf(Mailbox!),
            NatsRecordKind.Dropped => Preamble + BoxId.Length,
            NatsRecordKind.Mark => Preamble + TokenBytes,
            _ => Preamble + (Forgotten.Count * ForgottenBytes),
        };
        byte[] bytes = new byte[size];
        bytes[0] = (byte)Kind;
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(1), Writer);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(9), Number);
        Span<byte> rest = bytes.AsSpan(Preamble);
        switch (Kind)
        {
            case NatsRecordKind.Item or NatsRecordKind.Fate:
                WriteHead(Head!, rest);
                break;
            case NatsRecordKind.Saved:
                WriteMailbox(Mailbox!, Floor, rest);
                break;
            case NatsRecordKind.Dropped:
                Box.Write(rest);
                break;
            case NatsRecordKind.Mark:
                BinaryPrimitives.WriteInt128BigEndian(rest, Token);
                break;
            default:
                foreach ((BoxId box, ItemId id, long sequence) in Forgotten)
                {
                    box.Write(rest);
                    id.Write(rest[BoxId.Length..]);
                    BinaryPrimitives.WriteInt64BigEndian(rest[(BoxId.Length + ItemId.Length)..], sequence);
                    rest = rest[ForgottenBytes..];
                }

                break;
        }

        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Reads a message. The stream is the operator's, but whoever can write to it may write anything.</summary>
    /// <param name="subject">Its subject.</param>
    /// <param name="header">The header's value, in ASCII; empty for none.</param>
    /// <param name="sequence">Its number in the stream.</param>
    /// <returns>Null when no store writes such.</returns>
    internal static NatsRecord? Read(string subject, ReadOnlySpan<byte> header, long sequence)
    {
        Span<byte> bytes = header.Length <= MaxShort ? stackalloc byte[MaxShort] : new byte[header.Length];
        if (!Base64Url.IsValid(header) || !Base64Url.TryDecodeFromUtf8(header, bytes, out int length))
        {
            return null;
        }

        bytes = bytes[..length];
        if (bytes.Length < Preamble)
        {
            return null;
        }

        NatsRecordKind kind = (NatsRecordKind)bytes[0];
        long writer = BinaryPrimitives.ReadInt64BigEndian(bytes[1..]);
        long number = BinaryPrimitives.ReadInt64BigEndian(bytes[9..]);
        ReadOnlySpan<byte> rest = bytes[Preamble..];
        switch (kind)
        {
            case NatsRecordKind.Item or NatsRecordKind.Fate when bytes.Length == HeadBytes:
                return ReadHead(subject, rest, kind, sequence) is { } head
                    ? new NatsRecord { Kind = kind, Writer = writer, Number = number, Box = head.Box, Head = head } : null;
            case NatsRecordKind.Saved when rest.Length > MailboxPreamble:
                PostboxMailbox? mailbox = ReadMailbox(rest);
                return mailbox == null ? null : new NatsRecord
                {
                    Kind = kind, Writer = writer, Number = number, Box = mailbox.Box, Mailbox = mailbox,
                    Floor = BinaryPrimitives.ReadInt64BigEndian(rest[8..]),
                };
            case NatsRecordKind.Dropped when rest.Length == BoxId.Length:
                return new NatsRecord { Kind = kind, Writer = writer, Number = number, Box = BoxId.Read(rest) };
            case NatsRecordKind.Mark when rest.Length == TokenBytes:
                return new NatsRecord
                {
                    Kind = kind, Writer = writer, Number = number, Token = BinaryPrimitives.ReadInt128BigEndian(rest),
                };
            case NatsRecordKind.Forgotten when rest.Length % ForgottenBytes == 0 && rest.Length <= MaxForgotten * ForgottenBytes:
                List<(BoxId Box, ItemId Id, long Sequence)> forgotten = [];
                for (; rest.Length > 0; rest = rest[ForgottenBytes..])
                {
                    forgotten.Add((BoxId.Read(rest), ItemId.Read(rest[BoxId.Length..]),
                        BinaryPrimitives.ReadInt64BigEndian(rest[(BoxId.Length + ItemId.Length)..])));
                }

                return new NatsRecord { Kind = kind, Writer = writer, Number = number, Forgotten = forgotten };
            default:
                return null;
        }
    }

    private static PostboxHead? ReadHead(string subject, ReadOnlySpan<byte> bytes, NatsRecordKind kind, long sequence)
    {
        Span<byte> box = stackalloc byte[BoxId.Length];
        Span<byte> id = stackalloc byte[ItemId.Length];
        int last = subject.LastIndexOf('.');
        int first = last < 1 ? -1 : subject.LastIndexOf('.', last - 1);
        long own = BinaryPrimitives.ReadInt64BigEndian(bytes[3..]);
        return first < 0 || !IsBase64(subject.AsSpan(first + 1, last - first - 1), box) || !IsBase64(subject.AsSpan(last + 1), id)
            || (kind == NatsRecordKind.Fate && (own <= 0 || own >= sequence || (PostboxState)bytes[2] == PostboxState.Waiting)) ? null
            : ReadHead(BoxId.Read(box), ItemId.Read(id), kind == NatsRecordKind.Fate ? own : sequence, bytes);
    }

    /// <summary>Reads what <see cref="WriteHead"/> wrote.</summary>
    /// <param name="box">The mailbox.</param>
    /// <param name="id">The id.</param>
    /// <param name="sequence">The head's number.</param>
    /// <param name="bytes">What was written.</param>
    /// <returns>Null when no store writes such.</returns>
    internal static PostboxHead? ReadHead(BoxId box, ItemId id, long sequence, ReadOnlySpan<byte> bytes)
    {
        PostboxState state = (PostboxState)bytes[2];
        int size = BinaryPrimitives.ReadInt32BigEndian(bytes[35..]);
        return state is < PostboxState.Waiting or > PostboxState.Expired || size < 0 ? null : new PostboxHead
        {
            Sequence = sequence,
            Box = box,
            Id = id,
            Form = bytes[0],
            Priority = (byte)(bytes[1] & 3),
            Lane = (byte)(bytes[1] >> 2 & 3),
            State = state,
            Tag = BinaryPrimitives.ReadUInt64BigEndian(bytes[11..]),
            Slot = BinaryPrimitives.ReadUInt64BigEndian(bytes[19..]),
            Proof = BinaryPrimitives.ReadUInt64BigEndian(bytes[27..]),
            Size = size,
            Arrived = BinaryPrimitives.ReadUInt32BigEndian(bytes[39..]),
            Until = BinaryPrimitives.ReadUInt32BigEndian(bytes[43..]),
            Topic = BinaryPrimitives.ReadUInt32BigEndian(bytes[47..]),
        };
    }

    /// <summary>Reads what <see cref="WriteMailbox"/> wrote.</summary>
    /// <param name="bytes">What was written.</param>
    /// <returns>Null when no store writes such.</returns>
    internal static PostboxMailbox? ReadMailbox(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length <= MailboxPreamble)
        {
            return null;
        }

        long number = BinaryPrimitives.ReadInt64BigEndian(bytes);
        uint seen = BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]);
        int settings = BinaryPrimitives.ReadInt32BigEndian(bytes[20..]);
        int record = BinaryPrimitives.ReadInt32BigEndian(bytes[24..]);
        int peer = bytes[28];
        if (number < 1 || peer is 0 or > PostboxMailbox.MaxPeer || settings is < 0 or > PostboxMailbox.MaxBytes
            || record is < 0 or > PostboxMailbox.MaxBytes || bytes.Length != MailboxPreamble + peer + settings + record)
        {
            return null;
        }

        ReadOnlySpan<byte> rest = bytes[MailboxPreamble..];
        return new PostboxMailbox(rest[..peer].ToArray(), number)
        {
            Settings = rest.Slice(peer, settings).ToArray(), Record = rest.Slice(peer + settings, record).ToArray(), Seen = seen,
        };
    }

    private static bool IsBase64(ReadOnlySpan<char> text, Span<byte> into)
        => text.Length == Base64Url.GetEncodedLength(into.Length) && Base64Url.IsValid(text)
            && Base64Url.TryDecodeFromChars(text, into, out int written) && written == into.Length;

    /// <summary>An item that a gateway took which knew no time has come when the server took it. Others are as they are.</summary>
    /// <param name="server">When that was.</param>
    /// <returns>This one, or another in its place.</returns>
    internal NatsRecord StampedBy(DateTimeOffset server) =>
        Kind != NatsRecordKind.Item || Head is not { Arrived: < ItemEnds.Plausible } head || head.Until < head.Arrived
            || server.ToUnixTimeSeconds() is not (>= ItemEnds.Plausible and < uint.MaxValue and long seconds) ? this
            : new NatsRecord { Kind = Kind, Writer = Writer, Number = Number, Box = Box, Head = head.By((uint)seconds) };

    /// <summary>Writes a head without its mailbox and its id.</summary>
    /// <param name="head">The head.</param>
    /// <param name="bytes">At least <see cref="OfHeadBytes"/>.</param>
    internal static void WriteHead(PostboxHead head, Span<byte> bytes)
    {
        bytes[0] = head.Form;
        bytes[1] = (byte)(head.Priority | head.Lane << 2);
        bytes[2] = (byte)head.State;
        BinaryPrimitives.WriteInt64BigEndian(bytes[3..], head.Sequence);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[11..], head.Tag);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[19..], head.Slot);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[27..], head.Proof);
        BinaryPrimitives.WriteInt32BigEndian(bytes[35..], head.Size);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[39..], head.Arrived);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[43..], head.Until);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[47..], head.Topic);
    }

    /// <summary>How many bytes <see cref="WriteMailbox"/> writes.</summary>
    /// <param name="mailbox">Of what.</param>
    /// <returns>The bytes.</returns>
    internal static int LengthOf(PostboxMailbox mailbox) =>
        MailboxPreamble + mailbox.Peer.Length + mailbox.Settings.Length + mailbox.Record.Length;

    /// <summary>Writes a mailbox.</summary>
    /// <param name="mailbox">The mailbox.</param>
    /// <param name="floor">The message by which it was dropped before, 0 for none.</param>
    /// <param name="bytes">As many as <see cref="LengthOf"/> says.</param>
    internal static void WriteMailbox(PostboxMailbox mailbox, long floor, Span<byte> bytes)
    {
        BinaryPrimitives.WriteInt64BigEndian(bytes, mailbox.Number);
        BinaryPrimitives.WriteInt64BigEndian(bytes[8..], floor);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[16..], mailbox.Seen);
        BinaryPrimitives.WriteInt32BigEndian(bytes[20..], mailbox.Settings.Length);
        BinaryPrimitives.WriteInt32BigEndian(bytes[24..], mailbox.Record.Length);
        bytes[28] = (byte)mailbox.Peer.Length;
        mailbox.Peer.CopyTo(bytes[MailboxPreamble..]);
        mailbox.Settings.CopyTo(bytes[(MailboxPreamble + mailbox.Peer.Length)..]);
        mailbox.Record.CopyTo(bytes[(MailboxPreamble + mailbox.Peer.Length + mailbox.Settings.Length)..]);
    }
}
