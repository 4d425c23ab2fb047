using System;
using NanoLibp2p.Discovery;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Datagrams;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Firmware.Discovery
{
    /// <summary>
    /// Has a device find its gateway by mDNS. It takes the peers that the settings name, at whatever address of the local network they are;
    /// when none is named, whoever answers.
    /// </summary>
    /// <remarks>
    /// <para>
    /// Anybody on the network can answer. Who is named has to prove its peer id when it is dialled, so a liar costs a dial. With nobody
    /// named, the first that takes the readings gets them: they are signed, so nobody can change them, but whoever takes them can keep them
    /// to himself.
    /// </para>
    /// <para>
    /// Up to four addresses are kept. One that failed is dialled again after 1 s, 2 s and so on up to 60 s, or 5 s after the last try when
    /// it is heard again; it makes room for a new one. All memory is taken in the constructor, but for the address of each dial.
    /// </para>
    /// </remarks>
    public sealed class MdnsFinder : PeerFinder
    {
        /// <summary>In the place of a peer id in the setting <c>gateway</c>: whoever answers.</summary>
        public const string Anybody = "any";

        private const int Places = 4;

        // of the longest address: /ip4/192.168.100.100/tcp/65535/p2p/ and the id of an Ed25519 or a secp256k1 key
        private const int AddressBytes = 96;

        private const int FirstPauseMs = 1000;
        private const int LastPauseMs = 60000;
        private const int HeardPauseMs = 5000;

        private readonly Listener _listener;
        private readonly Mdns _mdns;
        private readonly IRandom _random;
        private readonly IDeviceLog _log;

        // text of each peer id that is taken; none for anybody
        private readonly byte[][] _named;

        // of each place: the address's text, how long it is (0: free), when it may be dialled, when it was dialled last, and the next pause
        private readonly byte[][] _texts = new byte[Places][];
        private readonly int[] _counts = new int[Places];
        private readonly long[] _dueMs = new long[Places];
        private readonly long[] _triedMs = new long[Places];
        private readonly int[] _pauseMs = new int[Places];

        // the place that was dialled last
        private int _dialed;
        private long _nowMs;

        /// <summary>Makes a finder.</summary>
        /// <param name="link">The group that mDNS meets in: <see cref="Mdns.Group"/> at <see cref="Mdns.Port"/>.</param>
        /// <param name="random">Spreads the calls.</param>
        /// <param name="named">The peer ids that are taken, as text; none, or <see cref="Anybody"/> among them, for whoever
        /// answers.</param>
        /// <param name="log">Who is told what was found; null for nobody.</param>
        /// <exception cref="FormatException">One is not a peer id.</exception>
        public MdnsFinder(IMulticastLink link, IRandom random, string[] named, IDeviceLog log)
        {
            _random = random;
            _log = log;
            _named = Texts(named);
            for (int i = 0; i < Places; i++)
            {
                _texts[i] = new byte[AddressBytes];
            }

            _listener = new Listener(this);
            _mdns = new Mdns(link, random, Mdns.PublicService, Mdns.MinPacketBytes);
            _mdns.Events = _listener;
        }

        /// <summary>
        /// Makes the finder of a board by its settings: each <c>gateway</c> names a peer id that is taken, and so does each peer id in
        /// <c>dial</c>; <c>gateway = any</c> takes whoever answers, <c>mdns = off</c> looks for nobody.
        /// </summary>
        /// <returns>Null when it is off.</returns>
        /// <exception cref="FormatException">One is not a peer id, or no address.</exception>
        public static MdnsFinder Create(Board board, IMulticastLink link, DeviceSettings settings)
        {
            if (settings.Find("mdns", string.Empty) == "off")
            {
                return null;
            }

            return new MdnsFinder(link, board.Random, settings.Gateways, board.Log);
        }

        /// <inheritdoc/>
        public override long Poll(long nowMs, bool isWanted)
        {
            _nowMs = nowMs;
            if (isWanted)
            {
                _mdns.Search();
            }
            else
            {
                _mdns.StopSearch();
            }

            long next = _mdns.Poll(nowMs);
            for (int i = 0; i < Places && isWanted; i++)
            {
                if (_counts[i] > 0 && _dueMs[i] < next)
                {
                    next = _dueMs[i];
                }
            }

            return next;
        }

        /// <inheritdoc/>
        public override Multiaddr[] Next(long nowMs)
        {
            for (int n = 1; n <= Places; n++)
            {
                // in turn
                int i = (_dialed + n) % Places;
                if (_counts[i] == 0 || _dueMs[i] > nowMs)
                {
                    continue;
                }

                char[] text = new char[_counts[i]];
                for (int at = 0; at < text.Length; at++)
                {
                    text[at] = (char)_texts[i][at];
                }

                string error;
                Multiaddr address = Multiaddr.TryParse(new string(text), out error);
                if (address == null || address.PeerId == null)
                {
                    _counts[i] = 0;
                    continue;
                }

                _dialed = i;
                _triedMs[i] = nowMs;
                _dueMs[i] = nowMs + _pauseMs[i];
                Tell(address);
                return new Multiaddr[] { address };
            }

            return null;
        }

        /// <inheritdoc/>
        public override void Ended(long nowMs, bool lasted)
        {
            if (lasted)
            {
                _pauseMs[_dialed] = FirstPauseMs;
            }

            int half = _pauseMs[_dialed] / 2;
            byte[] chance = _texts[_dialed];
            byte kept = chance[AddressBytes - 1];
            _random.Fill(chance, AddressBytes - 1, 1);
            _dueMs[_dialed] = nowMs + half + half * chance[AddressBytes - 1] / 255;
            chance[AddressBytes - 1] = kept;
            _pauseMs[_dialed] = _pauseMs[_dialed] > LastPauseMs / 2 ? LastPauseMs : _pauseMs[_dialed] * 2;
        }

        private void Hear(byte[] packet, int offset, int count)
        {
            if (count > AddressBytes || !IsNamed(packet, offset, count))
            {
                return;
            }

            int place = -1;
            for (int i = Places - 1; i >= 0; i--)
            {
                if (_counts[i] == count && Same(_texts[i], 0, packet, offset, count))
                {
                    long soonMs = _triedMs[i] + HeardPauseMs;
                    if (soonMs < _dueMs[i])
                    {
                        _dueMs[i] = soonMs > _nowMs ? soonMs : _nowMs;
                    }

                    return;
                }

                // free, or failed
                if (_counts[i] == 0 || (_pauseMs[i] > FirstPauseMs && (place < 0 || _counts[place] > 0)))
                {
                    place = i;
                }
            }

            if (place >= 0)
            {
                Array.Copy(packet, offset, _texts[place], 0, count);
                _counts[place] = count;
                _dueMs[place] = _nowMs;
                _triedMs[place] = _nowMs - HeardPauseMs;
                _pauseMs[place] = FirstPauseMs;
            }
        }

        // whether the id at the end is one of those that are taken
        private bool IsNamed(byte[] packet, int offset, int count)
        {
            for (int i = 0; i < _named.Length; i++)
            {
                byte[] id = _named[i];
                int at = offset + count - id.Length;
                if (at > offset && packet[at - 1] == '/' && Same(id, 0, packet, at, id.Length))
                {
                    return true;
                }
            }

            return _named.Length == 0;
        }

        private static bool Same(byte[] a, int aOffset, byte[] b, int bOffset, int count)
        {
            for (int i = 0; i < count; i++)
            {
                if (a[aOffset + i] != b[bOffset + i])
                {
                    return false;
                }
            }

            return true;
        }

        private void Tell(Multiaddr address)
        {
            if (_log != null)
            {
                _log.Write("found " + address.ToString() + (_named.Length > 0 ? string.Empty
                    : "; the settings name nobody, so any peer of this network is taken: store gateway = " + address.PeerId.ToString()
                    + " to keep to this one"));
            }
        }

        private static byte[][] Texts(string[] named)
        {
            byte[][] texts = new byte[named.Length][];
            for (int i = 0; i < named.Length; i++)
            {
                if (named[i] == Anybody)
                {
                    return new byte[0][];
                }

                string id = PeerId.Parse(named[i]).ToString();
                texts[i] = new byte[id.Length];
                for (int at = 0; at < id.Length; at++)
                {
                    texts[i][at] = (byte)id[at];
                }
            }

            return texts;
        }

        private sealed class Listener : MdnsEvents
        {
            private readonly MdnsFinder _finder;

            internal Listener(MdnsFinder finder)
            {
                _finder = finder;
            }

            public override void OnAddress(Mdns mdns, byte[] packet, int name, int offset, int count)
            {
                _finder.Hear(packet, offset, count);
            }
        }
    }
}
