using System;
using System.Globalization;
using System.IO;
using System.Security.Cryptography;
using System.Text;
using NanoLibp2p.Core;
using NanoLibp2p.Crypto;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Gateway.Telemetry;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Noise;

namespace NanoLibp2p.Gateway.Storage;

/// <summary>
/// The folder of all that a gateway keeps: who it is, whom it admits and blocks, its stores. All of it is for its owner alone, and each
/// file is there whole or not at all. While a gateway runs it holds <see cref="LockFile"/>, which the system releases however it ends.
/// </summary>
internal sealed class DataFolder : IDisposable
{
    internal const string IdentityFile = "identity";
    internal const string NoiseKeyFile = "noise-key";
    internal const string HttpTokenFile = "http-token";
    internal const string BlockedFile = "blocked";
    internal const string TokensFile = "tokens";
    internal const string VersionFile = "version";
    internal const string PidFile = "pid";
    internal const string LockFile = "lock";
    internal const string SocketFile = "control.sock";

    /// <summary>The form of the folder.</summary>
    internal const int Version = 1;

    // sockaddr_un has 108 bytes, the last of them zero
    private const int LongestSocketPath = 107;

    // a block list and a list of tokens that are full have some 20 MB
    private const int MostBytes = 64 * 1024 * 1024;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly FileStream _lock;

    private DataFolder(string path, FileStream held)
    {
        Path = path;
        _lock = held;
    }

    /// <summary>Where it is.</summary>
    internal string Path { get; }

    /// <summary>The socket at which it is spoken to.</summary>
    internal string Socket => System.IO.Path.Combine(Path, SocketFile);

    /// <summary>Takes a folder for a gateway; it is made when it is not there.</summary>
    /// <exception cref="GatewayException">Another gateway runs on it, it is of a newer form, or it can't be written.</exception>
    internal static DataFolder Open(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        if (Encoding.UTF8.GetByteCount(System.IO.Path.Combine(path, SocketFile)) > LongestSocketPath)
        {
            throw new GatewayException($"the data folder {path} has too long a path for the socket in it; give one of at most "
                + $"{LongestSocketPath - SocketFile.Length - 1} bytes with --data", isConfiguration: true);
        }

        try
        {
            if (!Directory.Exists(path))
            {
                if (OperatingSystem.IsWindows())
                {
                    Directory.CreateDirectory(path);
                }
                else
                {
                    Directory.CreateDirectory(path, OwnerOnly);
                }
            }
        }
        catch (Exception e) when (Disk.IsFailure(e))
        {
            throw new GatewayException(File.Exists(path) ? $"{path} is a file; give a folder with --data"
                : $"cannot make the data folder {path}: {Disk.Why(e)}; give another with --data", inner: e);
        }

        FileStream held = TryLock(path) ?? throw new GatewayException(
            $"a gateway runs on {path} already{Pid(path)}; give another folder with --data and another port with --listen, or end it with: "
            + $"nanolibp2p gateway drain --data {path}");
        DataFolder folder = new(path, held);
        try
        {
            folder.CheckVersion();
            folder.WritePid();
        }
        catch
        {
            folder.Dispose();
            throw;
        }

        return folder;
    }

    /// <summary>Whether a gateway runs on a folder now.</summary>
    internal static bool IsInUse(string path)
    {
        if (!File.Exists(System.IO.Path.Combine(path, LockFile)))
        {
            return false;
        }

        using FileStream? held = TryLock(path);
        return held == null;
    }

    /// <summary>The path of a file in it.</summary>
    internal string PathOf(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Who the gateway is: made at the first start, then kept.</summary>
    /// <param name="isNew">Whether it was made now.</param>
    /// <exception cref="GatewayException">It can't be read or written, or is damaged.</exception>
    internal Identity ReadOrMakeIdentity(out bool isNew)
    {
        CryptoProvider crypto = DesktopCrypto.Choose();
        byte[]? bytes = TryRead(IdentityFile);
        isNew = bytes == null;
        if (bytes == null)
        {
            Identity made = Identity.Create(crypto, new SystemRandom());
            Write(IdentityFile, made.ToProtobuf());
            return made;
        }

        try
        {
            return Identity.FromProtobuf(crypto, bytes, 0, bytes.Length);
        }
        catch (ArgumentException)
        {
            throw new GatewayException(
                $"{PathOf(IdentityFile)} is not an undamaged Ed25519 key in libp2p's form ({Identity.ProtobufBytes} bytes; it has "
                + $"{bytes.Length}); restore it from a backup, or move it away to be somebody new", isConfiguration: true);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>
    /// The static Noise key, kept beside the identity: a device that knows it from before a restart verifies no signature again. One that
    /// is lost or damaged is made anew.
    /// </summary>
    /// <param name="identity">Signs it.</param>
    /// <param name="earlyMuxer">As the node's options say.</param>
    /// <param name="notice">What was wrong with the one that was kept; null when nothing was.</param>
    internal NoiseIdentity ReadOrMakeNoiseIdentity(Identity identity, bool earlyMuxer, out string? notice)
    {
        notice = null;
        CryptoProvider crypto = DesktopCrypto.Choose();
        byte[]? bytes = TryRead(NoiseKeyFile);
        if (bytes is { Length: CryptoProvider.KeyBytes })
        {
            NoiseIdentity kept = NoiseIdentity.FromPrivateKey(identity, crypto, bytes, earlyMuxer);
            CryptographicOperations.ZeroMemory(bytes);
            return kept;
        }

        if (bytes != null)
        {
            notice = $"{PathOf(NoiseKeyFile)} has {bytes.Length} bytes instead of {CryptoProvider.KeyBytes}; a new key takes its place, "
                + "and each device verifies one signature more";
        }

        NoiseIdentity made = new(identity, crypto, new SystemRandom(), earlyMuxer);
        try
        {
            Write(NoiseKeyFile, made.StaticKey.PrivateKey);
        }
        catch (GatewayException e)
        {
            notice = $"{e.Message}; this run goes on with a key that nobody keeps";
        }

        return made;
    }

    /// <summary>A file's bytes; null when it is not there.</summary>
    /// <exception cref="GatewayException">It can't be read.</exception>
    internal byte[]? TryRead(string name)
    {
        try
        {
            return SmallFile.ReadBytes(PathOf(name), MostBytes);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (Disk.IsFailure(e))
        {
            throw new GatewayException($"cannot read {PathOf(name)}: {Disk.Why(e)}", inner: e);
        }
    }

    /// <summary>Writes a file: whole or not at all, for its owner alone.</summary>
    /// <exception cref="GatewayException">It can't be written; what was there stays.</exception>
    internal void Write(string name, ReadOnlySpan<byte> bytes)
    {
        try
        {
            WholeFile.Write(PathOf(name), PathOf(name) + ".new", bytes, overwrite: true);
        }
        catch (Exception e) when (Disk.IsFailure(e))
        {
            throw new GatewayException($"cannot write {PathOf(name)}: {Disk.Why(e)}", inner: e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    private static FileStream? TryLock(string path)
    {
        string name = System.IO.Path.Combine(path, LockFile);
        try
        {
            FileStreamOptions options = new() { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            return new FileStream(name, options);
        }
        catch (IOException e) when (File.Exists(name) && e.GetType() == typeof(IOException) && !Disk.IsReadOnly(e))
        {
            return null;
        }
        catch (Exception e) when (Disk.IsFailure(e))
        {
            throw new GatewayException($"cannot write to the data folder {path}: {Disk.Why(e)}; give another with --data", inner: e);
        }
    }

    // the lock can't be read while it is held, on some systems
    private static string Pid(string path)
    {
        try
        {
            return $" (process {File.ReadAllText(System.IO.Path.Combine(path, PidFile)).Trim()})";
        }
        catch (Exception e) when (Disk.IsFailure(e))
        {
            return "";
        }
    }

    private void WritePid()
    {
        try
        {
            Write(PidFile, Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
        }
        catch (GatewayException)
        {
            // for people only
        }
    }

    private void CheckVersion()
    {
        byte[]? bytes = TryRead(VersionFile);
        if (bytes == null)
        {
            if (TryRead(IdentityFile) == null)
            {
                Write(VersionFile, Encoding.ASCII.GetBytes(Version.ToString(CultureInfo.InvariantCulture)));
            }

            return;
        }

        string text = Encoding.ASCII.GetString(bytes).Trim();
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int version) || version < 1)
        {
            throw new GatewayException($"{PathOf(VersionFile)} says '{PlainText.Of(text.Length <= 20 ? text : text[..20])}', "
                + "which is no version; restore the folder from a backup", isConfiguration: true);
        }

        if (version > Version)
        {
            throw new GatewayException($"the data folder {Path} is of version {version}, and this program knows folders up to version "
                + $"{Version}; use a newer program", isConfiguration: true);
        }
    }
}
