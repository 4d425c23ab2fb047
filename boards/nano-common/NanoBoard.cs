using System;
using System.Threading;
using nanoFramework.Networking;
using nanoFramework.Runtime.Native;
using NanoLibp2p.Core;
using NanoLibp2p.Firmware;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Tcp;

namespace NanoLibp2p.Boards.Nano
{
    /// <summary>
    /// What boards with nanoFramework have in common: TCP over the firmware's sockets, the chip's random numbers, a clock that never begins
    /// anew, the date by SNTP, the debug output as log. A board derives and says how it joins its network and where it keeps things.
    /// </summary>
    public abstract class NanoBoard : ChipBoard
    {
        // one for the node's connection, one to turn a caller away
        private const int MaxLinks = 2;

        private const int JoinTimeoutMs = 60000;

        // free bytes of the managed heap without which the first handshake runs out: what the device keeps, and its call frames
        private const uint NeededHeap = 39000;

        // what a default device takes of the managed heap beside its large receive buffer, in use and the interpreter's call frames and
        // sockets included
        private const long DeviceHeapBytes = 42 * 1024;

        private readonly ChipRandom _random = new ChipRandom();
        private long _ticks;
        private long _nowMs;

        /// <summary>Makes a board that measures what every chip knows of itself (<see cref="BoardSensor"/>).</summary>
        /// <param name="name">See <see cref="Board.Name"/>.</param>
        /// <param name="store">See <see cref="Board.Store"/>.</param>
        protected NanoBoard(string name, IStore store)
            : base(name, new TcpTransport(MaxLinks), store, "heap")
        {
        }

        /// <inheritdoc/>
        public override IRandom Random
        {
            get { return _random; }
        }

        /// <summary>What <see cref="ChipRandom.Weakness"/> finds.</summary>
        public override string RandomWeakness
        {
            get { return _random.Weakness(); }
        }

        /// <summary>
        /// Milliseconds since the start. The system's ticks have 32 bits and begin anew, at 1 kHz after 49.7 days; this goes on.
        /// </summary>
        public override long NowMs
        {
            get
            {
                long ticks = Environment.TickCount64;
                if (ticks > _ticks)
                {
                    _nowMs += ticks - _ticks;
                }

                _ticks = ticks;
                return _nowMs;
            }
        }

        /// <summary>Free bytes of the managed heap; collects garbage to know.</summary>
        public override long HeapBytes
        {
            get { return nanoFramework.Runtime.Native.GC.Run(false); }
        }

        /// <summary>Writes to the debug output, in Debug and in Release builds.</summary>
        public override void Write(string line)
        {
            Console.WriteLine(line);
        }

        /// <summary>
        /// Waits for the network, as long as it takes, and says once a minute why it is not there; then lets SNTP fetch the date in the
        /// background. Says as well when the heap is too small for a handshake.
        /// </summary>
        public sealed override void JoinNetwork()
        {
            uint free = nanoFramework.Runtime.Native.GC.Run(true);
            if (free < NeededHeap)
            {
                Write("only " + free.ToString() + " bytes of the managed heap are free; a device needs about " + NeededHeap.ToString()
                    + " in a handshake: leave assemblies out, lower DeviceOptions.RingBytes, or take a firmware with more heap");
            }

            while (!TryJoin(new CancellationTokenSource(JoinTimeoutMs).Token))
            {
                Write("no network yet: " + NetworkTrouble);
            }

            Sntp.Start();
        }

        /// <summary>
        /// The defaults, but for NodeOptions.LargeRecordBytes, which becomes what this heap allows: all that an honest peer sends where the
        /// heap is in external RAM, about 23 KB in the 84 KiB that nanoFramework takes of an ESP32's own memory otherwise
        /// (nf-interpreter, targets/ESP32/_nanoCLR/Memory.cpp), and 0 where less is left than would help.
        /// </summary>
        public override DeviceOptions CreateOptions()
        {
            long spare = HeapBytes - DeviceHeapBytes;
            DeviceOptions options = new DeviceOptions();
            options.Node.LargeRecordBytes = spare > NodeOptions.MaxRecordBytes ? NodeOptions.MaxRecordBytes
                : spare > 2 * NodeOptions.SmallRecordBytes ? (int)spare : 0;
            return options;
        }

        /// <summary>
        /// Frees as well the call frames that the interpreter keeps for reuse, size by size; without that a frame of 1.2 KB may find no
        /// piece of a small heap that is large enough.
        /// </summary>
        public override void CollectGarbage(bool compact)
        {
            nanoFramework.Runtime.Native.GC.Run(compact);
        }

        /// <summary>Starts the chip anew.</summary>
        public override void Restart()
        {
            Power.RebootDevice();
        }

        /// <summary>Waits for the network, until the token is cancelled. Result: whether it is there.</summary>
        protected abstract bool TryJoin(CancellationToken token);

        /// <summary>Why it is not there, and what to do.</summary>
        protected abstract string NetworkTrouble { get; }
    }
}
