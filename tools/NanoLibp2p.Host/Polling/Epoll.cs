using System.Runtime.InteropServices;

namespace NanoLibp2p.Host;

/// <summary>Linux' calls to wait for many files (epoll(7), eventfd(2)).</summary>
internal static unsafe partial class Epoll
{
    internal const uint In = 0x001;
    internal const uint Out = 0x004;
    internal const uint Error = 0x008;
    internal const uint HangUp = 0x010;
    internal const uint ReadHangUp = 0x2000;
    internal const uint EdgeTriggered = 1u << 31;

    internal const int ControlAdd = 1;
    internal const int ControlDelete = 2;

    internal const int Interrupted = 4;

    private const string Library = "libc";
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;

    // struct epoll_event: a uint and a ulong, packed on x86 alone (sys/epoll.h, __EPOLL_PACKED)
    private static readonly bool _isPacked = RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86;

    /// <summary>Bytes of one event.</summary>
    internal static readonly int EventBytes = _isPacked ? 12 : 16;

    /// <summary>Where in it its 64 bits of data are.</summary>
    internal static readonly int DataOffset = _isPacked ? 4 : 8;

    internal static int Create() => epoll_create1(CloseOnExec);

    internal static int CreateEvent() => eventfd(0, CloseOnExec | NonBlocking);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int epoll_ctl(int epoll, int operation, int file, byte* change);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int epoll_wait(int epoll, byte* events, int count, int milliseconds);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint read(int file, void* buffer, nint count);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint write(int file, void* buffer, nint count);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int close(int file);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int epoll_create1(int flags);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int eventfd(uint value, int flags);
}
