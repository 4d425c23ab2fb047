using System;
using System.Threading;
using NanoLibp2p.Firmware.Radio;
using NanoLibp2p.Hal;
using nanoFramework.Runtime.Native;

namespace NanoLibp2p.Boards.Nano
{
    /// <summary>What all boards with nanoFramework and radios alone share: clock, store, random numbers, and what the chip knows of itself
    /// as readings. A board adds its name and its radios.</summary>
    public abstract class ChipRadioBoard : RadioBoard
    {
        private const int RestartMs = 60000;

        // the longest step is a wait of a minute, and a handshake of seconds
        private const int StuckMs = 180000;
        private const int LookMs = 30000;

        private readonly FlashStore _store = new FlashStore("I:\\");
        private readonly ChipRandom _random = new ChipRandom();
        private readonly Watchdog _watchdog = new Watchdog(StuckMs);
        private long _ticks;
        private long _nowMs;

        /// <summary>Milliseconds since the start; the system's 32-bit ticks begin anew after 49.7 days, this goes on. The program asks at
        /// each step, which tells the watchdog that it goes on.</summary>
        public override long NowMs
        {
            get
            {
                long ticks = Environment.TickCount64;
                _nowMs += ticks > _ticks ? ticks - _ticks : 0;
                _ticks = ticks;
                _watchdog.Feed(ticks);
                return _nowMs;
            }
        }

        /// <inheritdoc/>
        public override IStore Store
        {
            get { return _store; }
        }

        /// <inheritdoc/>
        public override IRandom Random
        {
            get { return _random; }
        }

        /// <inheritdoc/>
        public override string Template
        {
            get { return "{\"up_s\":%0,\"heap\":%0}"; }
        }

        /// <inheritdoc/>
        public override int Read(int[] values)
        {
            values[0] = 0 | (int)(NowMs / 1000);
            uint free = nanoFramework.Runtime.Native.GC.Run(false);
            values[1] = 0 | (int)free;
            return 2;
        }

        /// <inheritdoc/>
        public override void Write(string line)
        {
            Console.WriteLine(line);
        }

        /// <summary>All that a Main has to call: runs the board, and when it fails says why and starts it again a minute later. An
        /// exception that leaves Main would end the board without a word.</summary>
        public static void Run(ChipRadioBoard board)
        {
            try
            {
                new Thread(new ThreadStart(board.Watch)).Start();
                RadioProgram.Run(board);
            }
            catch (Exception exception)
            {
                Console.WriteLine(exception.Message);
                Thread.Sleep(RestartMs);
                Power.RebootDevice();
            }
        }

        // a program that stands still, in a driver or without end, is started again
        private void Watch()
        {
            while (true)
            {
                Thread.Sleep(LookMs);
                if (_watchdog.IsOver(Environment.TickCount64))
                {
                    Power.RebootDevice();
                }
            }
        }
    }
}
