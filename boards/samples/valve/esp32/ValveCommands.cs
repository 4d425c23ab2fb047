using System;
using System.Text;
using NanoLibp2p.Buffers;
using NanoLibp2p.Firmware;
using NanoLibp2p.Multiformats;
using NanoLibp2p.PubSub;

namespace NanoLibp2p.Samples
{
    /// <summary>
    /// Obeys <c>open</c> and <c>close</c> of one author, each message once, whatever happens in between: the number of the last is in the
    /// board's store before the valve moves, and no message with that number or a lower one is obeyed, after a restart as well.
    /// </summary>
    public sealed class ValveCommands : PubSubEvents
    {
        /// <summary>Name in the store of the last message's number; 8 bytes, big-endian.</summary>
        public const string StoreName = "valve-last";

        private readonly Board _board;
        private readonly Valve _valve;
        private readonly PeerId _author;
        private readonly byte[] _open = Encoding.UTF8.GetBytes("open");
        private readonly byte[] _close = Encoding.UTF8.GetBytes("close");
        private readonly byte[] _number = new byte[8];
        private ulong _last;

        /// <summary>Reads the last number.</summary>
        /// <exception cref="InvalidOperationException">It can't be read, so that any old message could be obeyed.</exception>
        public ValveCommands(Board board, Valve valve, PeerId author)
        {
            _board = board;
            _valve = valve;
            _author = author;
            int count = board.Store.Read(StoreName, _number, 0, 8);
            if (count != 8 && count != -1)
            {
                throw new InvalidOperationException("the stored " + StoreName
                    + " is damaged; a recorded command could be replayed. Take a new author, then delete it");
            }

            _last = count == 8 ? Bytes.ReadUInt64BigEndian(_number, 0) : 0;
        }

        /// <summary>The number of the last message obeyed, or 0.</summary>
        public ulong Last
        {
            get { return _last; }
        }

        /// <inheritdoc/>
        public override void OnMessage(Topic topic, PubSubMessage message)
        {
            bool open = Says(message, _open);
            if (message.FromCount == 0 || !_author.Matches(message.Buffer, message.FromOffset, message.FromCount))
            {
                _board.Log.Write("not obeyed: it is not from the author");
            }
            else if (message.SequenceNumber <= _last)
            {
                // The guard below refuses most of these; not those of an author whose numbers are random, as js-libp2p's are
                _board.Log.Write("not obeyed: an old message");
            }
            else if (!open && !Says(message, _close))
            {
                _board.Log.Write("not obeyed: neither open nor close");
            }
            else if (!Keep(message.SequenceNumber))
            {
                _board.Log.Write("not obeyed: the store took no number, and after a restart it could be replayed");
            }
            else
            {
                _valve.Set(open);
            }
        }

        // before the valve moves: a power cut in between costs a command, and repeats none
        private bool Keep(ulong number)
        {
            Bytes.WriteUInt64BigEndian(_number, 0, number);
            if (!_board.Store.Write(StoreName, _number, 0, 8))
            {
                return false;
            }

            _last = number;
            return true;
        }

        private static bool Says(PubSubMessage message, byte[] command)
        {
            bool same = message.DataCount == command.Length;
            for (int i = 0; same && i < command.Length; i++)
            {
                same = message.Buffer[message.DataOffset + i] == command[i];
            }

            return same;
        }
    }
}
