using System;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;

namespace NanoLibp2p.Cli;

/// <summary>
/// stdout or stderr of a Unix process. Where .NET's own drops in silence what goes to a pipe that nobody reads, and throws wherever a
/// command stands when the disk is full, this one keeps the failure for the end of the command, which it asks for.
/// </summary>
internal sealed partial class StandardStream : Stream
{
    /// <summary>File descriptor of stdout.</summary>
    internal const int Out = 1;

    /// <summary>File descriptor of stderr.</summary>
    internal const int Error = 2;

    // numbers of errors (errno), alike on Linux and macOS
    private const int Interrupted = 4;
    private const int BadDescriptor = 9;
    private const int InvalidArgument = 22;
    private const int BrokenPipe = 32;
    private const short PollError = 8;
    private const short PollHangUp = 16;

    private readonly int _descriptor;
    private readonly CancellationTokenSource _failed = new();

    private StandardStream(int descriptor) => _descriptor = descriptor;

    /// <summary>What this process writes its results to; null on Windows, and where a test runs a command in its own process.</summary>
    internal static StandardStream? Current { get; private set; }

    /// <summary>Why nothing more can be written; null while it can.</summary>
    internal IOException? Failure { get; private set; }

    /// <summary>Whether the program that read the pipe has gone.</summary>
    internal bool HasNoReader => Failure?.HResult == BrokenPipe;

    /// <summary>Cancelled when nothing more can be written.</summary>
    internal CancellationToken Failed => _failed.Token;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Opens stdout.</summary>
    /// <returns>Null when it is closed: its number then belongs to another file, or will.</returns>
    internal static TextWriter? OpenOut()
    {
        Current = new StandardStream(Out);
        return OpenWriter(Current);
    }

    /// <summary>Opens stderr; what is written goes nowhere when it is closed.</summary>
    internal static TextWriter OpenError() => OpenWriter(new StandardStream(Error)) ?? TextWriter.Null;

    /// <summary>Has <see cref="Failed"/> cancelled as soon as the reader of a pipe has gone, without waiting for the next write.</summary>
    internal void Watch()
    {
        Thread watch = new(() =>
        {
            Descriptor pipe = new() { Number = _descriptor };
            while (Poll(ref pipe, 1, Timeout.Infinite) < 0 && Marshal.GetLastPInvokeError() == Interrupted)
            {
            }
            if ((pipe.Happened & (PollError | PollHangUp)) != 0)
            {
                Fail(BrokenPipe);
            }
        })
        {
            IsBackground = true,
        };
        watch.Start();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty && Failure == null)
        {
            nint written = Write(_descriptor, in MemoryMarshal.GetReference(buffer), buffer.Length);
            if (written >= 0)
            {
                buffer = buffer[(int)written..];
            }
            else if (Marshal.GetLastPInvokeError() is int error and not Interrupted)
            {
                Fail(error);
            }
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    // writing nothing tells whether the descriptor is one to write to: a closed one may be the runtime's by now, for something else
    private static TextWriter? OpenWriter(StandardStream stream)
        => Write(stream._descriptor, 0, 0) < 0 && Marshal.GetLastPInvokeError() is BadDescriptor or InvalidArgument
            ? null
            : TextWriter.Synchronized(new StreamWriter(stream, new UTF8Encoding(false)) { AutoFlush = true });

    private void Fail(int error)
    {
        Failure ??= new IOException(Marshal.GetPInvokeErrorMessage(error), error);
        _failed.Cancel();
    }

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int descriptor, in byte buffer, nint count);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(ref Descriptor descriptors, nuint count, int milliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct Descriptor
    {
        internal int Number;
        internal short Wanted;
        internal short Happened;
    }
}
