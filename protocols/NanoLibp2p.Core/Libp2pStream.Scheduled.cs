#if !NANOFRAMEWORK_1_0
using System;
using NanoLibp2p.Core.Multistream;

namespace NanoLibp2p.Core
{
    // What a stream has where there is more than a device needs: who writes from elsewhere, credit, room that is told.
    public sealed partial class Libp2pStream
    {
        // a flag beside CloseWaits: its protocol is told when there is room
        private const int RoomWaits = 0x20000;

        // in its connection's list of streams that want something
        internal bool IsListedUnsettled;

        internal bool IsRoomWaiting
        {
            get { return (Flags & RoomWaits) != 0; }
        }

        /// <summary>
        /// From here on the window that the peer uses up is given back by <see cref="GiveCredit"/> alone, not as data are consumed. So a
        /// protocol that consumes everything and passes it on later, such as a relay, holds back the one stream and not its connection.
        /// </summary>
        /// <remarks>
        /// Call it in <see cref="StreamProtocol.OnOpened"/>; what came with the negotiation (some 30 bytes) is then given back with the
        /// rest or never.
        /// What it keeps meanwhile is bounded by what it has granted: Yamux's first 256 KiB, and as much again and a byte where
        /// NodeOptions.RecordBytes is the largest.
        /// </remarks>
        public void KeepCredit()
        {
            Flags |= CreditKept;
        }

        /// <summary>Lets the peer of a stream with <see cref="KeepCredit"/> send on.</summary>
        /// <param name="bytes">As many as were passed on since the last time; more lets the window grow.</param>
        /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
        public void GiveCredit(int bytes)
        {
            if (bytes < 0)
            {
                throw new ArgumentOutOfRangeException(nameof(bytes), "credit of " + bytes.ToString() + " bytes; give 0 or more");
            }

            if (IsOpen)
            {
                TellWork();
                Connection.Yamux.GiveCredit(this, bytes);
            }
        }

        /// <summary>
        /// Asks for one <see cref="StreamProtocol.OnRoom"/> as soon as <see cref="WriteRoom"/> is above 0: for who has more to write than
        /// found room. Nothing to ask again for while it waits, and nothing to poll.
        /// </summary>
        public void WaitForRoom()
        {
            if (IsOpen)
            {
                Flags |= RoomWaits;
                Connection.ListForRoom(this);
                TellWork();
            }
        }

        /// <summary>Breaks the stream off, both ways, and says why where NodeOptions.DraftErrorCodes is on.</summary>
        /// <param name="code">One of <see cref="ErrorCode"/>, or a protocol's own.</param>
        public void Reset(uint code)
        {
            if (IsOpen)
            {
                Blame(code);
                Reset();
            }
        }

        /// <summary>Why no protocol was agreed on, where the peer broke the rules of it; None elsewhere.</summary>
        public StreamRefusal Refusal { get; internal set; }

        // what a reset that follows is told with
        internal void Blame(uint code)
        {
            ResetCode = Connection.SendsCodes ? code : ErrorCode.None;
        }

        partial void Forgive()
        {
            Refusal = StreamRefusal.None;
        }

        internal void EndRoomWait()
        {
            Flags &= ~RoomWaits;
        }

        partial void TellWork()
        {
            Connection.Wake();
        }
    }
}
#endif
