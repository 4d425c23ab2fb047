using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NanoLibp2p.Host;

/// <summary>
/// Linux' epoll, edge-triggered: a socket is registered once, for both directions, and a wait tells of those alone that have news. .NET has
/// no public call for it.
/// </summary>
internal sealed unsafe class EpollPoller : Poller
{
    private const int Batch = 256;

    // the place of the eventfd, which Wake writes to
    private const ulong WakeToken = ulong.MaxValue;

    private readonly int _epoll;
    private readonly int _event;
    private readonly byte[] _events = GC.AllocateArray<byte>(Batch * Epoll.EventBytes, pinned: true);

    // A link's token is its place here, and above that how many had the place before: what a wait has found of one that is gone is
    // nobody's.
    private readonly List<SocketLink?> _links = [];
    private readonly List<uint> _turns = [];
    private readonly Stack<int> _free = new();
    private readonly System.Threading.Lock _waking = new();
    private bool _isDisposed;

    internal EpollPoller()
    {
        _epoll = Check(Epoll.Create());
        _event = Check(Epoll.CreateEvent());
        Register(_event, Epoll.In | Epoll.EdgeTriggered, WakeToken);
    }

    internal override void Add(SocketLink link)
    {
        if (!_free.TryPop(out int place))
        {
            place = _links.Count;
            _links.Add(null);
            _turns.Add(0);
        }

        _links[place] = link;
        link.Place = place;
        Register((int)link.Socket.Handle, Epoll.In | Epoll.Out | Epoll.ReadHangUp | Epoll.EdgeTriggered,
            ((ulong)_turns[place] << 32) | (uint)place);
    }

    internal override void Remove(SocketLink link)
    {
        if (link.Place >= 0)
        {
            // not left to close(2): another process may have inherited the socket
            _ = Epoll.epoll_ctl(_epoll, Epoll.ControlDelete, (int)link.Socket.Handle, null);
            _links[link.Place] = null;
            _turns[link.Place]++;
            _free.Push(link.Place);
            link.Place = -1;
        }
    }

    internal override void WantRead(SocketLink link)
    {
    }

    internal override int WantWrite(SocketLink link, ReadOnlySpan<byte> rest) => 0;

    internal override void Close(SocketLink link) => link.CloseSocket();

    internal override void Wait(int milliseconds)
    {
        fixed (byte* events = _events)
        {
            int count = Epoll.epoll_wait(_epoll, events, Batch, milliseconds);
            if (count < 0)
            {
                int error = Marshal.GetLastPInvokeError();
                if (error != Epoll.Interrupted)
                {
                    throw new Win32Exception(error);
                }
            }

            for (int i = 0; i < count; i++)
            {
                byte* one = events + (i * Epoll.EventBytes);
                Tell(Unsafe.ReadUnaligned<uint>(one), Unsafe.ReadUnaligned<ulong>(one + Epoll.DataOffset));
            }
        }
    }

    internal override void Wake()
    {
        // once closed, the number may be another file's
        lock (_waking)
        {
            if (!_isDisposed)
            {
                ulong one = 1;
                _ = Epoll.write(_event, &one, sizeof(ulong));
            }
        }
    }

    public override void Dispose()
    {
        lock (_waking)
        {
            if (!_isDisposed)
            {
                _isDisposed = true;
                _ = Epoll.close(_event);
                _ = Epoll.close(_epoll);
            }
        }
    }

    private void Tell(uint events, ulong token)
    {
        if (token == WakeToken)
        {
            ulong count;
            _ = Epoll.read(_event, &count, sizeof(ulong));
            return;
        }

        int place = (int)(uint)token;
        SocketLink? link = _links[place];
        if (link == null || _turns[place] != (uint)(token >> 32))
        {
            return;
        }

        const uint Over = Epoll.ReadHangUp | Epoll.HangUp | Epoll.Error;
        if ((events & (Epoll.In | Over)) != 0)
        {
            link.IsReadable = true;
            link.IsEnding |= (events & Over) != 0;
        }

        if ((events & (Epoll.Out | Epoll.HangUp | Epoll.Error)) != 0)
        {
            link.IsWriteBlocked = false;
        }

        link.OnReady();
    }

    private void Register(int file, uint events, ulong token)
    {
        byte* change = stackalloc byte[16];
        Unsafe.WriteUnaligned(change, events);
        Unsafe.WriteUnaligned(change + Epoll.DataOffset, token);
        Check(Epoll.epoll_ctl(_epoll, Epoll.ControlAdd, file, change));
    }

    private static int Check(int result) => result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError());
}
