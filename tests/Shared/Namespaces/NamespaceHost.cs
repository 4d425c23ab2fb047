using System;
using System.Collections.Generic;
using System.IO;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Threading;
using Microsoft.Win32.SafeHandles;

namespace NanoLibp2p.Tests;

/// <summary>A host that is a network namespace: programs run in it by <see cref="Prefix"/>, and this process has sockets in it.</summary>
/// <param name="name">The namespace's name.</param>
/// <param name="address">Its IP address.</param>
/// <param name="seen">The address at which those outside see it.</param>
internal sealed class NamespaceHost(string name, string address, string seen)
{
    // sched.h
    private const int CloneNewNet = 0x40000000;

    public string Name => name;

    public string Address => address;

    public string Seen => seen;

    /// <summary>What goes in front of a command that is to run in it.</summary>
    public IReadOnlyList<string> Prefix => ["ip", "netns", "exec", name];

    /// <summary>A TCP socket in it: a socket is for ever in the namespace of the thread that made it.</summary>
    public Socket NewSocket(AddressFamily family)
    {
        Socket? socket = null;
        ExceptionDispatchInfo? error = null;
        Thread thread = new(() =>
        {
            try
            {
                using SafeFileHandle handle = File.OpenHandle("/run/netns/" + name);
                if (SetNamespace(handle, CloneNewNet) != 0)
                {
                    throw new InvalidOperationException($"setns: {Marshal.GetLastPInvokeErrorMessage()}");
                }

                socket = new Socket(family, SocketType.Stream, ProtocolType.Tcp);
            }
            catch (Exception e)
            {
                error = ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.Start();
        thread.Join();
        error?.Throw();
        return socket!;
    }

    [DllImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static extern int SetNamespace(SafeFileHandle handle, int type);
}
