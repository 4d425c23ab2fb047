using System;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Datagrams;

namespace NanoLibp2p.Discovery
{
    /// <summary>
    /// libp2p's profile of mDNS on one link (libp2p mdns r2, RFC 6762, RFC 6763): asks for peers, and answers for this one. Whoever owns it
    /// calls <see cref="Poll"/>.
    /// </summary>
    /// <remarks>
    /// <para>
    ///     closed --Search or Announce, Poll--> open --nothing to do, Close--> closed
    ///     open: a question is due at _askMs, an answer at _answerMs (_due says which); both are sent by Poll (this file),
    ///     written in Mdns.Writing.cs; packets are read in Mdns.Reading.cs
    /// </para>
    /// <para>
    /// All memory is taken in the constructor and by <see cref="Announce"/>. The link is opened when there is something to do, and again
    /// 5 s after it broke.
    /// </para>
    /// </remarks>
    public sealed partial class Mdns
    {
        /// <summary>The service of libp2p's public network (libp2p mdns, "Definitions").</summary>
        public const string PublicService = "_p2p._udp.local";

        /// <summary>The group that peers meet in (RFC 6762 3).</summary>
        public const string Group = "224.0.0.251";

        /// <summary>Its port.</summary>
        public const int Port = 5353;

        /// <summary>Bytes of the smallest buffer: two addresses of a js-libp2p peer fit, or four of this library's.</summary>
        public const int MinPacketBytes = 512;

        private const int MaxServiceChars = 100;

        // what an answer has in it, as bits of _due and of what one packet asks
        private const int PeerRecords = 1;
        private const int TextRecord = 2;

        // packets that one look reads: who floods the group costs no more than that
        private const int PacketsAtOnce = 8;

        private const int ReopenMs = 5000;

        // an answer may collide with others' (RFC 6762 6), and so may the first question of devices that start together (5.2)
        private const int LeastDelayMs = 20;
        private const int DelaySpreadMs = 100;

        // RFC 6762 6: nothing is multicast again within a second
        private const int AnswerPauseMs = 1000;

        private const int FirstQueryMs = 1000;
        private const int LastQueryMs = 60000;

        // how often it looks for packets
        private const int LookMs = 100;

        // unasked answers at the start (RFC 6762 8.3)
        private const int Announcements = 2;

        /// <summary>Who hears of other peers; may be null.</summary>
        public MdnsEvents Events;

        private readonly IMulticastLink _link;
        private readonly IRandom _random;
        private readonly byte[] _buffer;
        private byte[][] _announced = new byte[0][];
        private bool _isSearching;
        private bool _isOpen;
        private int _announcements;
        private int _due;
        private int _questionMs;

        // when the next of each is due
        private long _lookMs;
        private long _askMs;
        private long _answerMs;

        /// <summary>Makes it, with a random name of 32 characters.</summary>
        /// <param name="link">The link; it is opened and closed from here.</param>
        /// <param name="random">Gives the name and the delays.</param>
        /// <param name="service"><see cref="PublicService"/>, or that of a private network: <c>_p2p-x._udp.local</c> with the base16
        /// fingerprint x of its key, in lower case. Its labels have 1 to 63 characters, 100 in all.</param>
        /// <param name="packetBytes">Bytes of the one buffer for what comes and what goes, <see cref="MinPacketBytes"/> or more. Of a
        /// longer packet that which fits is read.</param>
        /// <exception cref="ArgumentException">The buffer is too small, or the service's name is not one.</exception>
        public Mdns(IMulticastLink link, IRandom random, string service, int packetBytes)
        {
            if (packetBytes < MinPacketBytes || service.Length > MaxServiceChars)
            {
                throw new ArgumentException(service + " in " + packetBytes.ToString() + "; give at most 100 letters, at least 512 bytes");
            }

            _link = link;
            _random = random;
            _buffer = new byte[packetBytes];
            _texts = MakeTexts(service, random, _buffer);
            _answerMs = -AnswerPauseMs;
#if !NANOFRAMEWORK_1_0
            FinishToolTexts();
#endif
        }

        /// <summary>
        /// Announces an address of this node, from now on; the ones that matter most first. Takes heap.
        /// </summary>
        /// <param name="address">Such as <c>/ip4/192.168.1.10/tcp/4001/p2p/12D3KooW…</c>, at most 247 ASCII characters.</param>
        /// <exception cref="ArgumentException">It has no peer id, or is too long.</exception>
        public void Announce(string address)
        {
            string text = "dnsaddr=" + address;
            if (text.Length > MaxTextBytes || address.IndexOf("/p2p/") < 0)
            {
                throw new ArgumentException("can't announce " + address + "; give 247 letters at most, with /p2p/ID");
            }

            byte[][] all = new byte[_announced.Length + 1][];
            Array.Copy(_announced, 0, all, 0, _announced.Length);
            all[_announced.Length] = new byte[text.Length];
            PutText(text, all[_announced.Length], 0);
            _announced = all;
            _announcements = Announcements;
        }

        /// <summary>Begins to ask for peers: soon, then every second, two seconds and so on.</summary>
        public void Search()
        {
            if (!_isSearching)
            {
                _isSearching = true;
                _questionMs = FirstQueryMs / 2;
            }
        }

        /// <summary>Asks no more. What others say is still told while this node announces itself.</summary>
        public void StopSearch()
        {
            _isSearching = false;
        }

        /// <summary>Reads what has come, answers, asks.</summary>
        /// <param name="nowMs">The time in milliseconds, which never goes back.</param>
        /// <returns>When to call again; <see cref="long.MaxValue"/> when there is nothing to do.</returns>
        public long Poll(long nowMs)
        {
            if (!_isSearching && _announced.Length == 0)
            {
                CloseLink();
                return long.MaxValue;
            }

            if (!_isOpen && !Open(nowMs))
            {
                return _lookMs;
            }

            if (nowMs >= _lookMs)
            {
                _lookMs = nowMs + LookMs;
                int count = 1;
                for (int i = 0; i < PacketsAtOnce && count > 0; i++)
                {
                    count = _link.Receive(_buffer, 0, _buffer.Length);
                    Read(count, nowMs);
                }

                Check(count, nowMs);
            }

            if (_isOpen && _due != 0 && nowMs >= _answerMs)
            {
                _answerMs = nowMs;
                Check(Send(WriteAnswer(_due, TtlSeconds)), nowMs);
                _due = 0;
                if (_announcements > 0 && --_announcements > 0)
                {
                    Answer(PeerRecords, nowMs);
                }
            }

            if (_isOpen && _isSearching && nowMs >= _askMs)
            {
                Ask(nowMs);
            }

            // an answer may wait for the next look
            return _isOpen && _isSearching && _askMs < _lookMs ? _askMs : _lookMs;
        }

        /// <summary>Says goodbye, if it announced anything, and closes the link. Announces and searches nothing any more.</summary>
        public void Close()
        {
            if (_isOpen && _announced.Length > 0)
            {
                Send(WriteAnswer(PeerRecords, 0));
            }

            _isSearching = false;
            _announced = new byte[0][];
            CloseLink();
        }

        private bool Open(long nowMs)
        {
            if (nowMs < _lookMs)
            {
                return false;
            }

            _isOpen = _link.Open() == LinkError.None;
            _lookMs = _isOpen ? nowMs : nowMs + ReopenMs;
            _askMs = nowMs + Delay();
            if (_isOpen && _announced.Length > 0)
            {
                _announcements = Announcements;
                Answer(PeerRecords, nowMs);
            }

            return _isOpen;
        }

        // a broken link is opened anew after a pause
        private void Check(int result, long nowMs)
        {
            if (result < 0)
            {
                CloseLink();
                _lookMs = nowMs + ReopenMs;
            }
        }

        private void CloseLink()
        {
            if (_isOpen)
            {
                _isOpen = false;
                _due = 0;
                _link.Close();
            }
        }

        private void Ask(long nowMs)
        {
            Check(Send(WriteQuestion()), nowMs);
            if (_announced.Length > 0)
            {
                // a peer answers its own question, for those that only listen (libp2p mdns, "Request")
                Answer(PeerRecords, nowMs);
            }

            _questionMs = _questionMs < LastQueryMs / 2 ? _questionMs * 2 : LastQueryMs;
            _askMs = nowMs + _questionMs;
        }

        // Has something answered: a short while from now, no sooner than a second behind the last answer, and with whatever is due by then.
        private void Answer(int what, long nowMs)
        {
            if (_due == 0)
            {
                // still the time of the last answer
                long dueMs = nowMs + Delay();
                _answerMs = dueMs > _answerMs + AnswerPauseMs ? dueMs : _answerMs + AnswerPauseMs;
            }

            _due |= what;
        }

        private int Send(int count)
        {
            return _link.Send(_buffer, 0, count);
        }

        private int Delay()
        {
            _random.Fill(_texts, ScratchAt, 1);
            return LeastDelayMs + _texts[ScratchAt] * DelaySpreadMs / 256;
        }
    }
}
