using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Frames.Gateway;

/// <summary>A device as the bytes that a store keeps. The first is the version of the form.</summary>
internal static class DeviceBytes
{
    private const byte Version = 1;

    // nothing that is kept of a device is longer
    private const int MaxBytes = 1 << 20;

    internal static byte[] Write(FrameDevice device)
    {
        using MemoryStream stream = new();
        using (BinaryWriter writer = new(stream, Encoding.UTF8))
        {
            writer.Write(Version);
            Write(writer, device.Peer.ToBytes());
            Write(writer, device.StaticKey);
            writer.Write(device.CardIndex);
            writer.Write(device.IsRemembered);
            Write(writer, device.Confirmed);
            Write(writer, device.Next);
            Write(writer, device.Met);
            writer.Write(device.Known);
            Write(writer, device.MetAt);
            writer.Write(device.Changes);
            writer.Write(device.LastReading);
            Write(writer, device.Readings);
            writer.Write(device.Aliases.Count);
            foreach (FrameAlias alias in device.Aliases)
            {
                writer.Write(alias.Alias);
                writer.Write(alias.Flags);
                Write(writer, alias.Topic);
                Write(writer, alias.Template ?? []);
            }

            writer.Write(device.Held.Count);
            foreach (HeldReading held in device.Held)
            {
                writer.Write(held.Number);
                writer.Write(held.Alias);
                Write(writer, held.Data);
                Write(writer, held.At);
                writer.Write(held.IsSigned);
            }
        }

        return stream.ToArray();
    }

    /// <exception cref="InvalidDataException">It is something else.</exception>
    internal static FrameDevice Read(byte[] bytes)
    {
        try
        {
            using BinaryReader reader = new(new MemoryStream(bytes), Encoding.UTF8);
            byte version = reader.ReadByte();
            if (version != Version)
            {
                throw new InvalidDataException($"form {version}, where {Version} is known");
            }

            byte[] peer = ReadBytes(reader);
            FrameDevice device = new(PeerId.FromBytes(peer, 0, peer.Length), ReadBytes(reader), reader.ReadInt32())
            {
                IsRemembered = reader.ReadBoolean(), Confirmed = ReadRoot(reader), Next = ReadRoot(reader), Met = ReadRoot(reader),
                Known = reader.ReadUInt32(), MetAt = ReadTime(reader), Changes = reader.ReadInt64(), LastReading = reader.ReadUInt64(),
                Readings = ReadBytes(reader),
            };
            List<FrameAlias> aliases = [];
            for (int i = reader.ReadInt32(); i > 0; i--)
            {
                int alias = reader.ReadInt32();
                int flags = reader.ReadInt32();
                byte[] topic = ReadBytes(reader);
                byte[] template = ReadBytes(reader);
                aliases.Add(new FrameAlias(alias, flags, topic, template.Length == 0 ? null : template));
            }

            List<HeldReading> held = [];
            for (int i = reader.ReadInt32(); i > 0; i--)
            {
                held.Add(new HeldReading(reader.ReadUInt64(), reader.ReadInt32(), ReadBytes(reader), ReadTime(reader))
                {
                    IsSigned = reader.ReadBoolean(),
                });
            }

            return device with { Aliases = aliases, Held = held };
        }
        catch (Exception e) when (e is EndOfStreamException or ArgumentException or FormatException)
        {
            throw new InvalidDataException(e.Message, e);
        }
    }

    private static void Write(BinaryWriter writer, byte[] bytes)
    {
        writer.Write(bytes.Length);
        writer.Write(bytes);
    }

    private static void Write(BinaryWriter writer, DateTimeOffset time) => writer.Write(time.ToUnixTimeMilliseconds());

    private static void Write(BinaryWriter writer, FrameRoot? root)
    {
        writer.Write(root != null);
        if (root == null)
        {
            return;
        }

        Write(writer, root.Root);
        writer.Write(root.Sid);
        writer.Write(root.IsShort);
        writer.Write(root.Highest);
        writer.Write(root.Seen);
        writer.Write(root.TakenHighest);
        writer.Write(root.TakenMap);
        writer.Write(root.Reserved);
        writer.Write(root.Nd);
        writer.Write(root.ResumedNd);
        Write(writer, root.Request);
        Write(writer, root.Answer);
        Write(writer, root.Made);
        writer.Write(root.IsKept);
        writer.Write(root.IsDormant);
        writer.Write(root.NumberBase);
        writer.Write(root.IsListening);
    }

    private static byte[] ReadBytes(BinaryReader reader)
    {
        int count = reader.ReadInt32();
        if (count is < 0 or > MaxBytes)
        {
            throw new InvalidDataException($"a value of {count} bytes");
        }

        byte[] bytes = reader.ReadBytes(count);
        return bytes.Length == count ? bytes
            : throw new InvalidDataException($"a value of {count} bytes, of which {bytes.Length} are there");
    }

    private static DateTimeOffset ReadTime(BinaryReader reader) => DateTimeOffset.FromUnixTimeMilliseconds(reader.ReadInt64());

    private static FrameRoot? ReadRoot(BinaryReader reader) => !reader.ReadBoolean() ? null
        : new FrameRoot(ReadBytes(reader), reader.ReadInt32(), reader.ReadBoolean())
        {
            Highest = reader.ReadInt32(), Seen = reader.ReadUInt64(), TakenHighest = reader.ReadInt32(), TakenMap = reader.ReadInt32(),
            Reserved = reader.ReadInt32(), Nd = reader.ReadUInt32(), ResumedNd = reader.ReadUInt32(), Request = ReadBytes(reader),
            Answer = ReadBytes(reader), Made = ReadTime(reader), IsKept = reader.ReadBoolean(), IsDormant = reader.ReadBoolean(),
            NumberBase = reader.ReadUInt64(), IsListening = reader.ReadBoolean(),
        };
}
