using System;
using System.Collections.Generic;
using NanoLibp2p.Postbox.Service.Stores;

namespace NanoLibp2p.Postbox.Service.Messages;

/// <summary>An answer (SPEC.md 8.1), and the parts of items that follow it.</summary>
/// <param name="Serial">That of the request; 0 for a hint.</param>
/// <param name="Code">How the request ends.</param>
internal sealed record Reply(uint Serial, PostboxCode Code)
{
    private const int MaxReason = 120;

    internal string Reason { get; init; } = "";

    /// <summary>Seconds; 0 for nothing said.</summary>
    internal uint RetryAfter { get; init; }

    internal byte[]? Receipt { get; init; }

    internal byte[]? Record { get; init; }

    internal MessageWriter? Terms { get; init; }

    /// <summary>The field of <see cref="Body"/>.</summary>
    internal int BodyField { get; init; }

    internal MessageWriter? Body { get; init; }

    /// <summary>Until when what was deposited is kept; 0 otherwise.</summary>
    internal uint Until { get; init; }

    /// <summary>Whether it tells a recipient that nothing waits.</summary>
    internal bool IsEmpty { get; init; }

    /// <summary>Parts that follow, each as an answer of its own.</summary>
    internal IReadOnlyList<PartToSend> Parts { get; init; } = [];

    /// <summary>Whether there is an answer before the parts.</summary>
    internal bool HasOwnMessage => Code != PostboxCode.Ok || BodyField != PieceField;

    internal const int DepositedField = 8;
    internal const int FatesField = 9;
    internal const int MailField = 10;
    internal const int PieceField = 11;
    private const int DataField = 15;

    internal byte[] ToBytes() => Write().ToDelimited();

    /// <summary>Without its length, as a frame session has it.</summary>
    internal byte[] ToMessage() => Write().ToArray();

    private MessageWriter Write()
    {
        MessageWriter message = new MessageWriter().Varint(1, Serial).Varint(2, (ulong)Code);
        if (Reason.Length > 0)
        {
            message.Text(3, Reason[..Math.Min(Reason.Length, MaxReason)]);
        }

        message.Varint(4, RetryAfter);
        if (Receipt != null)
        {
            message.Bytes(5, Receipt);
        }

        if (Record != null)
        {
            message.Bytes(6, Record);
        }

        if (Terms != null)
        {
            message.Message(7, Terms);
        }

        if (Body != null)
        {
            message.Message(BodyField, Body);
        }

        return message;
    }

    /// <summary>A piece of which <paramref name="count"/> bytes follow.</summary>
    /// <param name="serial">The request's.</param>
    /// <param name="name">The item's.</param>
    /// <param name="offset">Of the part in the item.</param>
    /// <param name="size">Of the whole item; 0: not here.</param>
    /// <param name="count">Bytes of the part.</param>
    internal static byte[] PieceHead(uint serial, ulong name, uint offset, int size, int count)
    {
        MessageWriter piece = new MessageWriter().Fixed64(1, name).Varint(2, offset).Varint(3, (ulong)size);
        if (count > 0)
        {
            piece.Length(DataField, count);
        }

        MessageWriter message = new MessageWriter().Varint(1, serial).Length(PieceField, piece.Written.Length + count);
        return [.. message.ToDelimited(piece.Written.Length + count), .. piece.Written];
    }
}

/// <summary>A part of an item that is to be sent.</summary>
/// <param name="Name">The item's.</param>
/// <param name="Head">Its head; null when it is not here.</param>
/// <param name="Offset">The first byte.</param>
/// <param name="Length">How many; 0 for all to the end.</param>
internal readonly record struct PartToSend(ulong Name, PostboxHead? Head, uint Offset, uint Length);
