using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Security.Cryptography;
using NanoLibp2p.Postbox.Service.Stores;

namespace NanoLibp2p.Postbox.Nats;

/// <summary>
/// What the stream came to as of one of its messages (<see cref="Mark"/>), kept in a file of the gateway's, so that a start reads from
/// there on only. It counts only where the stream still has that very message: nothing of it is taken for another stream, or for an older
/// copy.
/// </summary>
/// <remarks>The file: <see cref="_magic"/>, the mark, how many mailboxes, forgotten heads and heads there are, these in that order, and the
/// SHA-256 of it all. Numbers are big-endian.</remarks>
internal sealed class NatsHeads
{
    private const int BlockBytes = 1 << 20;
    private const int BoxBytes = BoxId.Length + 8 + 8 + 4;
    private const int HeadBytes = 4 + ItemId.Length + 8 + NatsRecord.OfHeadBytes;

    // as many as a store of a gateway can come to; a file is damaged that says more
    private const int MaxCount = 1 << 28;

    private static readonly byte[] _magic = "nanolibp2p heads 1\n"u8.ToArray();

    /// <summary>The message of the stream as of which it is.</summary>
    internal required NatsMark Mark { get; init; }

    /// <summary>Each mailbox that there is or was: the message that says last what it is, the one that dropped it before, 0 for none, and
    /// what it is; null for dropped.</summary>
    internal required IReadOnlyList<(BoxId Box, long Message, long Floor, PostboxMailbox? Mailbox)> Boxes { get; init; }

    /// <summary>The numbers of heads that were forgotten, the first first.</summary>
    internal required IReadOnlyList<long> Gone { get; init; }

    /// <summary>The heads, each with the message that it or its fate is in; of one mailbox at a time as its heads came.</summary>
    internal required IReadOnlyList<(PostboxHead Head, long Message)> Heads { get; init; }

    /// <summary>Writes the file: whole, or not at all.</summary>
    /// <param name="path">Where.</param>
    /// <exception cref="IOException">It can't be written; what was there before is as it was.</exception>
    internal void Write(string path)
    {
        string fresh = path + ".new";
        try
        {
            using (FileStream file = new(fresh, Options(FileMode.Create, FileAccess.Write)))
            {
                Write(file);
                file.Flush(flushToDisk: true);
            }

            File.Move(fresh, path, overwrite: true);
        }
        catch
        {
            File.Delete(fresh);
            throw;
        }
    }

    /// <summary>Reads the file.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="problem">What is wrong with it; null for nothing, also where there is none.</param>
    /// <returns>Null where there is no good one.</returns>
    internal static NatsHeads? Read(string path, out string? problem)
    {
        problem = null;
        try
        {
            using FileStream file = new(path, Options(FileMode.Open, FileAccess.Read));
            return Read(file);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            problem = e.Message;
            return null;
        }
    }

    private static FileStreamOptions Options(FileMode mode, FileAccess access)
    {
        FileStreamOptions options = new() { Mode = mode, Access = access, BufferSize = 0, Options = FileOptions.SequentialScan };
        if (mode == FileMode.Create && !OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }

    private void Write(FileStream file)
    {
        using Writer to = new(file);
        _magic.CopyTo(to.Take(_magic.Length));
        Mark.Write(to.Take(NatsMark.Length));
        BinaryPrimitives.WriteInt32BigEndian(to.Take(4), Boxes.Count);
        BinaryPrimitives.WriteInt32BigEndian(to.Take(4), Gone.Count);
        BinaryPrimitives.WriteInt32BigEndian(to.Take(4), Heads.Count);
        Dictionary<BoxId, int> places = [];
        foreach ((BoxId box, long message, long floor, PostboxMailbox? mailbox) in Boxes)
        {
            places.Add(box, places.Count);
            int length = mailbox == null ? 0 : NatsRecord.LengthOf(mailbox);
            Span<byte> bytes = to.Take(BoxBytes);
            box.Write(bytes);
            BinaryPrimitives.WriteInt64BigEndian(bytes[16..], message);
            BinaryPrimitives.WriteInt64BigEndian(bytes[24..], floor);
            BinaryPrimitives.WriteInt32BigEndian(bytes[32..], length);
            if (mailbox != null)
            {
                NatsRecord.WriteMailbox(mailbox, floor, to.Take(length));
            }
        }

        foreach (long gone in Gone)
        {
            BinaryPrimitives.WriteInt64BigEndian(to.Take(8), gone);
        }

        foreach ((PostboxHead head, long message) in Heads)
        {
            Span<byte> bytes = to.Take(HeadBytes);
            BinaryPrimitives.WriteInt32BigEndian(bytes, places[head.Box]);
            head.Id.Write(bytes[4..]);
            BinaryPrimitives.WriteInt64BigEndian(bytes[36..], message);
            NatsRecord.WriteHead(head, bytes[44..]);
        }

        to.End();
    }

    private static NatsHeads Read(FileStream file)
    {
        using Reader from = new(file);
        if (!from.Take(_magic.Length).SequenceEqual(_magic))
        {
            throw new InvalidDataException("it is no file of heads, or of another version");
        }

        NatsMark mark = NatsMark.Read(from.Take(NatsMark.Length));
        int boxCount = ReadCount(from);
        int goneCount = ReadCount(from);
        int headCount = ReadCount(from);
        if (file.Length < (long)boxCount * BoxBytes + (long)goneCount * 8 + (long)headCount * HeadBytes)
        {
            throw new InvalidDataException("its end is missing");
        }

        List<(BoxId Box, long Message, long Floor, PostboxMailbox? Mailbox)> boxes = new(boxCount);
        for (int i = 0; i < boxCount; i++)
        {
            ReadOnlySpan<byte> bytes = from.Take(BoxBytes);
            (BoxId box, long message, long floor) = (BoxId.Read(bytes), BinaryPrimitives.ReadInt64BigEndian(bytes[16..]),
                BinaryPrimitives.ReadInt64BigEndian(bytes[24..]));
            int length = BinaryPrimitives.ReadInt32BigEndian(bytes[32..]);
            boxes.Add((box, message, floor, length == 0 ? null : NatsRecord.ReadMailbox(from.Take(length)) ?? throw Damaged()));
        }

        long[] gone = new long[goneCount];
        for (int i = 0; i < goneCount; i++)
        {
            gone[i] = BinaryPrimitives.ReadInt64BigEndian(from.Take(8));
        }

        (PostboxHead Head, long Message)[] heads = new (PostboxHead, long)[headCount];
        for (int i = 0; i < headCount; i++)
        {
            ReadOnlySpan<byte> bytes = from.Take(HeadBytes);
            int box = BinaryPrimitives.ReadInt32BigEndian(bytes);
            if (box < 0 || box >= boxCount)
            {
                throw Damaged();
            }

            heads[i] = (NatsRecord.ReadHead(boxes[box].Box, ItemId.Read(bytes[4..]), BinaryPrimitives.ReadInt64BigEndian(bytes[47..]),
                bytes[44..]) ?? throw Damaged(), BinaryPrimitives.ReadInt64BigEndian(bytes[36..]));
        }

        from.End();
        return new NatsHeads { Mark = mark, Boxes = boxes, Gone = gone, Heads = heads };
    }

    private static int ReadCount(Reader from)
    {
        int count = BinaryPrimitives.ReadInt32BigEndian(from.Take(4));
        return count is >= 0 and <= MaxCount ? count : throw Damaged();
    }

    private static InvalidDataException Damaged() => new("it is damaged");

    // a block at a time, hashed
    private sealed class Writer(FileStream file) : IDisposable
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private byte[] _block = new byte[BlockBytes];
        private int _count;

        internal Span<byte> Take(int length)
        {
            if (_count + length > _block.Length)
            {
                Send();
                if (length > _block.Length)
                {
                    _block = new byte[length];
                }
            }

            _count += length;
            return _block.AsSpan(_count - length, length);
        }

        internal void End()
        {
            Send();
            file.Write(_hash.GetHashAndReset());
        }

        public void Dispose() => _hash.Dispose();

        private void Send()
        {
            _hash.AppendData(_block, 0, _count);
            file.Write(_block, 0, _count);
            _count = 0;
        }
    }

    // what is taken holds until the next is
    private sealed class Reader(FileStream file) : IDisposable
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private byte[] _block = new byte[BlockBytes];
        private int _at;
        private int _count;

        internal ReadOnlySpan<byte> Take(int length)
        {
            if (length < 0 || length > file.Length)
            {
                throw Damaged();
            }

            if (_at + length > _count)
            {
                Fill(length);
            }

            _at += length;
            return _block.AsSpan(_at - length, length);
        }

        internal void End()
        {
            _hash.AppendData(_block, 0, _at);
            byte[] hash = _hash.GetHashAndReset();
            if (!Take(hash.Length).SequenceEqual(hash) || _at < _count || file.Position < file.Length)
            {
                throw Damaged();
            }
        }

        public void Dispose() => _hash.Dispose();

        private void Fill(int length)
        {
            _hash.AppendData(_block, 0, _at);
            byte[] block = length > _block.Length ? new byte[length] : _block;
            Buffer.BlockCopy(_block, _at, block, 0, _count - _at);
            (_block, _count, _at) = (block, _count - _at, 0);
            _count += file.ReadAtLeast(_block.AsSpan(_count), length - _count, throwOnEndOfStream: false);
            if (_count < length)
            {
                throw new InvalidDataException("its end is missing");
            }
        }
    }
}
