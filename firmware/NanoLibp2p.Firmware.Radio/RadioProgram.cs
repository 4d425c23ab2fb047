using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Frames;
using NanoLibp2p.Hal.Frames;
using NanoLibp2p.Noise;

namespace NanoLibp2p.Firmware.Radio
{
    /// <summary>
    /// The whole program of a board with radios: reads its sensor at the interval, publishes, stays awake until the reading is settled or
    /// the time for it is over, sleeps. On a board that starts anew after each sleep the record carries everything over.
    /// </summary>
    public sealed class RadioProgram
    {
        /// <summary>Gateways that the board may have; one whose store lists more keeps them, up to <see cref="FrameGateways.Capacity"/>,
        /// for 0.5 KB more of heap.</summary>
        public const int Gateways = 2;

        // a reading that is not settled by then waits for the next wake, in the ring of a board that keeps its memory
        private const int AwakeMs = 60000;

        // of a frame that has a signed reading: short tag and head 12, room for a second number 2, signature 64 (SPEC.md B, 9.1)
        private const int SignedOverhead = 78;

        // bytes of a number on the air; and as text, with sign, point and a zero before it
        private const int LongestNumber = 5;
        private const int LongestText = 13;

        // of a list of two gateways, and of one of four; a record and an identity are shorter
        private const int LongestValue = 131;
        private const int LongestList = 261;
        private const int IsLonger = -2;

        private readonly RadioBoard _board;
        private readonly int _everyMs;
        private readonly RadioDevice _device;
        private readonly int[] _values = new int[FrameTemplate.MaxNumbers];
        private long _readAt;
        private long _wokeAt;

        /// <summary>Reads the store, and takes all memory.</summary>
        /// <exception cref="InvalidOperationException">The board was not provisioned: it has no identity, no topic, or no record; or it
        /// loses its memory in each sleep, and no signed reading of its template fits a frame.</exception>
        public RadioProgram(RadioBoard board)
        {
            _board = board;

            // the text of the settings, a kilobyte, goes with this call
            RadioSettings settings = new RadioSettings(board.Store);
            _everyMs = settings.EveryMs;
            if (settings.Topic == null)
            {
                throw new InvalidOperationException("no topic is set: send settings with 'topic = ...'");
            }

            byte[] bytes = new byte[LongestValue];
            int count = board.Store.Read("identity", bytes, 0, bytes.Length);
            if (count <= 0)
            {
                throw new InvalidOperationException("no identity is stored: send one as 'identity'");
            }

            NanoLibp2p.Crypto.CryptoProvider crypto = board.Crypto;
            Identity identity = Identity.FromProtobuf(crypto, bytes, 0, count);
            IFrameLink[] links = board.CreateLinks(settings);
            FrameNodeOptions options = RadioDevice.CreateOptions(links[0]);

            // it sleeps between readings; a board that loses its memory then sets aside one number a write
            options.Session.IsListening = false;
            options.Session.IsSmall = links.Length == 1 && links[0].IsBoundedByAir;
            options.Session.Reserve = board.LosesMemory || board.SleptMs >= 0 ? 1 : 16;
            int leastMtu = links[0].Mtu;
            for (int i = 1; i < links.Length; i++)
            {
                leastMtu = links[i].Mtu < leastMtu ? links[i].Mtu : leastMtu;
            }

            // memory for what its template makes, and no more
            byte[] template = Bytes.Ascii(board.Template);
            int numbers = FrameTemplate.Check(template, 0, template.Length);
            int voice = Voice(numbers, leastMtu - SignedOverhead);
            options.Topics = 1;
            int longest = LongestList;
            if (board.Store.Read(FrameGateways.Name, bytes, 0, LongestValue) != IsLonger)
            {
                options.Gateways = Gateways;
                longest = LongestValue;
            }

            options.AnswerBytes = 0;
            options.ReadingBytes = LongestNumber * numbers;
            if (voice == FrameTopic.Signed)
            {
                options.BatchReadings = 1;
                options.MessageBytes = template.Length + (LongestText * numbers);
            }

            _device = new RadioDevice(links, options, board.CreateChoice(links), new FrameSecrets(crypto), identity,
                new TwinStore(board.Store, longest), board.Random);

            _device.Node.SetTopic(0, settings.Topic, voice, board.Template);
            _readAt = board.NowMs;
            _wokeAt = board.NowMs;
            if (!_device.Start(board.NowMs, board.SleptMs))
            {
                throw new InvalidOperationException("no record of frame sessions is stored: provision the board");
            }
        }

        /// <summary>The device that it runs.</summary>
        public RadioDevice Device
        {
            get { return _device; }
        }

        /// <summary>Moves everything one step, and waits or sleeps until the next.</summary>
        public void Step()
        {
            long now = _board.NowMs;
            if (now >= _readAt)
            {
                _readAt = now + _everyMs;
                _wokeAt = now;
                int count = _board.Read(_values);
                int result = count > 0 ? _device.Node.PublishValues(0, _values, count, false) : 0;
                if (result < 0)
                {
                    _board.Write("a reading was not taken: " + (result == FrameResult.Full ? "those before it wait for their signature"
                        : result == FrameResult.TooLong ? "it is too long" : "the template has another count of numbers"));
                }

                // a board that sleeps wants to know before it does
                _device.Node.Ask();
            }

            int next = _device.Step(now);
            long sleep = _device.SleepMs(now, _readAt);
            if (sleep == 0 && now - _wokeAt > AwakeMs && now >= _device.Node.ListensUntil)
            {
                sleep = _readAt - now;
            }

            if (sleep > 0)
            {
                _device.Close();
                _board.Sleep(sleep);
                return;
            }

            long wait = _readAt - now;
            _device.Wait(wait < next ? 0 | (int)wait : next);
        }

        // A signature for each reading where it fits, else one for eight (SPEC.md 9.2), which a board must remember until then.
        private int Voice(int numbers, int room)
        {
            if (_board.LosesMemory && numbers > room)
            {
                throw new InvalidOperationException(numbers
                    + " numbers and a signature do not fit a frame: take fewer, or a lower 'spreading'");
            }

            return _board.LosesMemory || LongestNumber * numbers <= room ? FrameTopic.Signed : FrameTopic.Batched;
        }

        /// <summary>Runs until the power goes.</summary>
        public static void Run(RadioBoard board)
        {
            RadioProgram program = new RadioProgram(board);
            board.Write(board.Name + " publishes");
            while (true)
            {
                program.Step();
            }
        }
    }
}
