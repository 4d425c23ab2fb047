using System;
using System.IO;

namespace NanoLibp2p.Gateway.Storage;

/// <summary>Why the disk refused, in words.</summary>
internal static class Disk
{
    // ENOSPC and EDQUOT, which .NET hands on as they are
    private const int Full = 28;
    private const int OverQuota = 122;

    // EROFS
    private const int Erofs = 30;

    /// <summary>Whether an exception is one of the disk's: then <see cref="Why"/> says what it is.</summary>
    internal static bool IsFailure(Exception e) => e is IOException or UnauthorizedAccessException;

    /// <summary>Whether nothing at all can be written there.</summary>
    internal static bool IsReadOnly(Exception e) => e.HResult == Erofs;

    /// <summary>The reason, as the end of a sentence.</summary>
    internal static string Why(Exception e) => e switch
    {
        { HResult: Full } => "the disk is full",
        { HResult: OverQuota } => "this user's share of the disk is full",
        { HResult: Erofs } => "the disk can only be read",
        UnauthorizedAccessException => "it is not this user's",
        _ => e.Message.TrimEnd('.'),
    };
}
