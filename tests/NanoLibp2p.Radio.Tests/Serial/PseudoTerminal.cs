using System;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Serial;

namespace NanoLibp2p.Radio.Tests.Serial;

/// <summary>The controlling end of a real pseudo-terminal; the other end is a serial port by its name.</summary>
internal sealed partial class PseudoTerminal : ISerialLine, IDisposable
{
    private const int ReadWriteNoTerminal = 2 | 0x100;
    private const int NonBlocking = 0x800;
    private const int WouldBlock = 11;
    private const int IoError = 5;
    private int _file;

    internal PseudoTerminal()
    {
        _file = OpenTerminal(ReadWriteNoTerminal | NonBlocking);
        byte[] name = new byte[64];
        if (_file < 0 || Grant(_file) != 0 || Unlock(_file) != 0 || NameOf(_file, name, name.Length) != 0)
        {
            throw new InvalidOperationException($"no pseudo-terminal: error {Marshal.GetLastPInvokeError()}");
        }

        Name = Encoding.ASCII.GetString(name, 0, Array.IndexOf(name, (byte)0));
    }

    /// <summary>Of the other end, such as /dev/pts/3.</summary>
    internal string Name { get; }

    public int BitRate => 115_200;

    public LinkError Open() => LinkError.None;

    public int Read(byte[] buffer, int offset, int count)
    {
        nint read = ReadFile(_file, ref buffer[offset], count);

        // EIO: nobody has the other end open now
        return read >= 0 ? (int)read : Marshal.GetLastPInvokeError() is WouldBlock or IoError ? 0 : LinkResult.Failed;
    }

    public int Write(byte[] buffer, int offset, int count)
    {
        nint written = WriteFile(_file, ref buffer[offset], count);
        return written >= 0 ? (int)written : Marshal.GetLastPInvokeError() == WouldBlock ? 0 : LinkResult.Failed;
    }

    public void Wait(int milliseconds) => Thread.Sleep(Math.Min(milliseconds, 1));

    public void Close()
    {
    }

    // once: its number is soon another file's, perhaps that of a test beside this one
    public void Dispose()
    {
        int file = Interlocked.Exchange(ref _file, -1);
        if (file >= 0)
        {
            CloseFile(file);
        }
    }

    [LibraryImport("libc", EntryPoint = "posix_openpt", SetLastError = true)]
    private static partial int OpenTerminal(int flags);

    [LibraryImport("libc", EntryPoint = "grantpt", SetLastError = true)]
    private static partial int Grant(int file);

    [LibraryImport("libc", EntryPoint = "unlockpt", SetLastError = true)]
    private static partial int Unlock(int file);

    [LibraryImport("libc", EntryPoint = "ptsname_r", SetLastError = true)]
    private static partial int NameOf(int file, byte[] name, nint count);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint ReadFile(int file, ref byte buffer, nint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteFile(int file, ref byte buffer, nint count);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial void CloseFile(int file);
}
