using System;
using System.IO;
using System.Security.Cryptography;
using System.Text;
using NanoLibp2p.Gateway.Storage;

namespace NanoLibp2p.Gateway.Http;

/// <summary>What HTTP callers show to be let in: a text in a file that is for its owner alone.</summary>
internal sealed class BearerToken
{
    private const int LeastLength = 16;
    private const int LongestLength = 512;
    private const int MadeBytes = 32;

    private readonly byte[] _hash;

    private BearerToken(string text, string file)
    {
        // of one length, so that the comparison tells nothing
        _hash = SHA256.HashData(Encoding.UTF8.GetBytes(text));
        File = file;
    }

    /// <summary>Where it stands.</summary>
    internal string File { get; }

    /// <summary>Reads it.</summary>
    /// <param name="folder">Where it stands unless <paramref name="file"/> says otherwise.</param>
    /// <param name="file">The file that the settings name; empty for that of the folder.</param>
    /// <param name="make">Whether one is made in the folder when there is none.</param>
    /// <param name="isMade">Whether it was.</param>
    /// <returns>Null when there is none and none is made.</returns>
    /// <exception cref="GatewayException">The file can't be read or written, or has no token in it.</exception>
    internal static BearerToken? Read(DataFolder folder, string file, bool make, out bool isMade)
    {
        isMade = false;
        string path = file.Length > 0 ? file : folder.PathOf(DataFolder.HttpTokenFile);
        string text;
        try
        {
            text = SmallFile.ReadText(path).Trim();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            if (file.Length > 0)
            {
                throw new GatewayException($"there is no token in {path}, where http.tokenFile looks for it; make one with: "
                    + $"openssl rand -hex 32 > {path}", isConfiguration: true);
            }

            if (!make)
            {
                return null;
            }

            text = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(MadeBytes));
            folder.Write(DataFolder.HttpTokenFile, Encoding.ASCII.GetBytes(text + "\n"));
            isMade = true;
        }
        catch (Exception e) when (Disk.IsFailure(e))
        {
            throw new GatewayException($"cannot read the token in {path}: {Disk.Why(e)}", isConfiguration: true, e);
        }

        if (text.Length is < LeastLength or > LongestLength || text.AsSpan().ContainsAny(" \t\r\n"))
        {
            throw new GatewayException($"{path} has {text.Length} characters; a token has {LeastLength} to {LongestLength} without blanks. "
                + $"Make one with: openssl rand -hex 32 > {path}", isConfiguration: true);
        }

        return new BearerToken(text, path);
    }

    /// <summary>Whether the value of an Authorization header shows it.</summary>
    internal bool Matches(string? header)
    {
        const string Scheme = "Bearer ";
        return header != null && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(header[Scheme.Length..].Trim())), _hash);
    }
}
