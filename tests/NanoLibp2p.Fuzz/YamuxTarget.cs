using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Core;
using NanoLibp2p.Core.Yamux;

namespace NanoLibp2p.Fuzz;

/// <summary>First byte: the role, what the handler does and how the rest is cut.</summary>
internal static class YamuxTarget
{
    public static void Run(byte[] input)
    {
        if (input.Length == 0)
        {
            return;
        }
        Handler handler = new(input[0]);
        int most = (input[0] & 8) == 0 ? int.MaxValue : 1 + (input[0] >> 4);
        Guarded guarded = new(input.AsSpan(1));
        int at = guarded.Offset;
        int end = at + guarded.Count;
        for (int steps = 0, idle = 0; at < end && idle < 3; steps++)
        {
            FuzzTarget.Must(steps < 100 + (8 * input.Length), "does not come to an end");
            int given = Math.Min(most, end - at);
            int used = handler.Session.Receive(guarded.Bytes, at, given);
            if (used < 0)
            {
                FuzzTarget.Must(used >= YamuxResult.StreamFlood, "a result that nobody knows: " + used);
                break;
            }
            FuzzTarget.Must(used <= given, "consumed what was not given");
            at += used;
            idle = used == 0 ? idle + 1 : 0;
            handler.Speak();
        }
        handler.Session.Abort();
        FuzzTarget.Must(handler.Open == 0 && handler.Session.OpenStreams == 0, "opened and closed streams differ");
        guarded.Check();
    }

    private sealed class Handler : YamuxHandler
    {
        private readonly int _mode;
        private readonly SendBuffer _send = new(200);

        public Handler(int mode)
        {
            _mode = mode;
            YamuxStream[] streams = [new(), new(), new()];
            Session = new YamuxSession(streams, _send, this);
            Session.Start((mode & 1) != 0);
            OpenOne();
        }

        public YamuxSession Session { get; }

        public int Open { get; private set; }

        public void Speak()
        {
            Session.Transmit();
            if (_send.RecordCount > 0)
            {
                _send.CloseRecord();
            }
            _send.Sent(_send.ReadyCount);
            FuzzTarget.Must(_send.ReadyCount == 0 && _send.RecordCount == 0, "bytes are left in the buffer");
        }

        protected override void OnStreamOpened(YamuxStream stream)
        {
            FuzzTarget.Must(stream.IsOpen, "opened but not open");
            Open++;
        }

        protected override int OnStreamData(YamuxStream stream, byte[] buffer, int offset, int count)
        {
            FuzzTarget.Must(count > 0 && offset >= 0 && offset + count <= buffer.Length, "data out of the buffer");
            if ((_mode & 2) != 0)
            {
                Session.Write(stream, buffer, offset, count);
            }
            if ((_mode & 4) != 0 && buffer[offset] == 0xAA)
            {
                Session.Reset(stream);
                OpenOne();
            }
            return (_mode & 6) == 4 ? (count + 1) / 2 : count;
        }

        protected override void OnStreamReadEnd(YamuxStream stream) => Session.CloseWrite(stream);

        protected override void OnStreamClosed(YamuxStream stream, bool reset) => Open--;

        protected override void OnPong(uint value)
        {
        }

        protected override void OnGoAway(uint code)
        {
        }

        private void OpenOne()
        {
            YamuxStream? stream = Session.Open();
            if (stream != null)
            {
                Open++;
                Session.Write(stream, [1, 2, 3], 0, 3);
            }
        }
    }
}
