using System;
using System.IO;
using NanoLibp2p.Core;
using NanoLibp2p.Crypto;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Hal.Desktop;

namespace NanoLibp2p.Cli;

/// <summary>Identities and the files they are kept in: libp2p's PrivateKey message, as it is, readable by its owner alone.</summary>
internal static class Keys
{
    /// <summary>Bytes of an Ed25519 seed.</summary>
    internal const int SeedBytes = CryptoProvider.KeyBytes;

    // an RSA key of 8192 bits has some 5 KB; a file of more is read no further
    private const int MaxFileBytes = 16 * 1024;

    // ENOSPC, which .NET hands on as it is
    private const int DiskFull = 28;

    private static CryptoProvider Crypto() => DesktopCrypto.Choose();

    /// <summary>An identity that nobody keeps.</summary>
    internal static Identity Create() => Identity.Create(Crypto(), new SystemRandom());

    /// <summary>The identity of a seed.</summary>
    internal static Identity FromSeed(byte[] seed) => new(Crypto(), seed, 0);

    /// <summary>The identity in a file.</summary>
    /// <exception cref="CliException">There is none; the sentence says what to do.</exception>
    internal static Identity Read(FileInfo file)
    {
        if (Directory.Exists(file.FullName))
        {
            throw IsAFolder(file);
        }
        byte[] bytes = new byte[MaxFileBytes];
        try
        {
            using FileStream stream = file.OpenRead();
            int count = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return Parse(bytes, count, file);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CliException($"{file} is not there; make a key with: nanolibp2p key new --out {file}", CliException.WrongArguments);
        }
        catch (UnauthorizedAccessException)
        {
            throw new CliException($"cannot read the key in {file}: it is not this user's to read", CliException.WrongArguments);
        }
        catch (IOException e)
        {
            throw new CliException($"cannot read the key in {file}: {e.Message}", CliException.WrongArguments);
        }
        finally
        {
            Array.Clear(bytes);
        }
    }

    /// <summary>Writes a new file that only its owner can read.</summary>
    /// <exception cref="CliException">It is there already, or can't be written.</exception>
    internal static void Write(Identity identity, FileInfo file)
    {
        byte[] bytes = identity.ToProtobuf();
        try
        {
            // the number keeps two commands apart that make the same key file at a time
            WholeFile.Write(file.FullName, $"{file.FullName}.{Environment.ProcessId}.new", bytes, overwrite: false);
        }
        catch (Exception e) when ((e is IOException or UnauthorizedAccessException) && Directory.Exists(file.FullName))
        {
            throw IsAFolder(file);
        }
        catch (IOException) when (File.Exists(file.FullName))
        {
            throw new CliException(
                $"{file} is there already, and a key is never overwritten; give another name with --out, or move it away first",
                CliException.WrongArguments);
        }
        catch (DirectoryNotFoundException)
        {
            throw new CliException($"cannot write the key to {file}: the folder {file.DirectoryName} is not there; make it first");
        }
        catch (UnauthorizedAccessException)
        {
            throw new CliException($"cannot write the key to {file}: the folder {file.DirectoryName} is not this user's to write to");
        }
        catch (IOException e)
        {
            throw new CliException($"cannot write the key to {file}: {(e.HResult == DiskFull ? "the disk is full" : e.Message)}");
        }
        finally
        {
            Array.Clear(bytes);
        }
    }

    /// <summary>The identity in a file, which is made when it is not there; a new one for this run when no file is given.</summary>
    internal static Identity ReadOrMake(FileInfo? file, Output output)
    {
        if (file == null)
        {
            return Create();
        }
        if (file.Exists)
        {
            return Read(file);
        }
        Identity made = Create();
        Write(made, file);
        output.Tell(
            new() { ["event"] = "key", ["file"] = file.ToString(), ["peerId"] = made.PeerId.ToString(), ["made"] = true },
            $"made a new key in {file.ToString()}");
        return made;
    }

    private static CliException IsAFolder(FileInfo file) =>
        new($"{file} is a folder; give the name of a key file", CliException.WrongArguments);

    private static Identity Parse(byte[] bytes, int count, FileInfo file)
    {
        try
        {
            return Identity.FromProtobuf(Crypto(), bytes, 0, count);
        }
        catch (ArgumentException)
        {
            throw new CliException(
                $"{file} is not an undamaged Ed25519 key in libp2p's protobuf form ({Identity.ProtobufBytes} bytes): "
                + $"{KeyKind.Describe(bytes.AsSpan(0, count))}; "
                + "make one with: nanolibp2p key new --out FILE",
                CliException.WrongArguments);
        }
    }
}
