namespace NanoLibp2p.Frames
{
    /// <summary>What a <see cref="FrameNode"/> asks and tells. Called within its methods; buffers are lent until they return.</summary>
    public abstract class FrameNodeEvents
    {
        /// <summary>The true time on air of a frame, in milliseconds, rounded up; 0 where the link is not bounded by air.</summary>
        public virtual int TimeOnAir(int bytes)
        {
            return 0;
        }

        /// <summary>How long the link lets a frame wait that goes out next: its own duty cycle, a pause between frames. Asked before a
        /// number is used for it.</summary>
        /// <param name="bytes">The frame's length.</param>
        /// <param name="isUrgent">Whether it may use what is kept for acknowledgements, resumptions and handshakes (SPEC.md 13.2).</param>
        /// <returns>Milliseconds; 0 for now.</returns>
        public virtual int WaitMs(int bytes, bool isUrgent)
        {
            return 0;
        }

        /// <summary>The state has changed: <see cref="FrameNode.State"/>.</summary>
        public virtual void OnState(FrameNode node)
        {
        }

        /// <summary>A gateway has answered first contact: its peer id is told, and whether it is wanted asked.</summary>
        /// <param name="node">Whose.</param>
        /// <param name="card">Its card, verified, <see cref="FrameCard.CardBytes"/> long; its key is at <see
        /// cref="FrameCard.KeyAt"/>.</param>
        /// <returns>False to pass it over.</returns>
        public virtual bool OnStranger(FrameNode node, byte[] card)
        {
            return true;
        }

        /// <summary>A reading is done with: the gateway has it, and, where it is one of a batch, its batch is signed.</summary>
        /// <param name="node">Whose.</param>
        /// <param name="reading">What <see cref="FrameNode.Publish"/> returned.</param>
        public virtual void OnSettled(FrameNode node, int reading)
        {
        }

        /// <summary>A reading is lost.</summary>
        /// <param name="node">Whose.</param>
        /// <param name="reading">What <see cref="FrameNode.Publish"/> returned.</param>
        /// <param name="notice">Why: 0 the ring was full; else the gateway's NOTICE (SPEC.md 8.2): 2 signature wrong, 3 too long, 4 over
        /// quota or not allowed.</param>
        public virtual void OnLost(FrameNode node, int reading, int notice)
        {
        }

        /// <summary>The board's store takes no write: nothing is sent that it does not cover. It is tried again in a minute.</summary>
        public virtual void OnStoreFailed(FrameNode node)
        {
        }

        /// <summary>Mail or a call waits at the gateway: take mail by <see cref="FrameNode.Call"/>, or <see
        /// cref="FrameNode.Ask"/>.</summary>
        public virtual void OnMailWaits(FrameNode node)
        {
        }

        /// <summary>The gateway calls a method, 80h to FFh. What it orders comes from the gateway alone: nobody else has signed
        /// it.</summary>
        /// <param name="node">Whose.</param>
        /// <param name="method">The method.</param>
        /// <param name="body">Has its body.</param>
        /// <param name="offset">Where it begins.</param>
        /// <param name="count">Its bytes.</param>
        /// <param name="answer">Takes the answer, up to <see cref="FrameNodeOptions.AnswerBytes"/> from the first on.</param>
        /// <returns>Bytes of the answer, or a negative status: -1 not now, -2 not allowed, -3 unknown.</returns>
        public virtual int OnCall(FrameNode node, int method, byte[] body, int offset, int count, byte[] answer)
        {
            return -3;
        }

        /// <summary>A block of the answer to <see cref="FrameNode.Call"/>. Where it is the last one, the next call may be made
        /// here.</summary>
        /// <param name="node">Whose.</param>
        /// <param name="status">0 done, 1 not now, 2 not allowed, 3 unknown, 4 signature wrong, 5 something is missing; -1: nobody
        /// answered.</param>
        /// <param name="block">Its number, from 0.</param>
        /// <param name="body">Has the block.</param>
        /// <param name="offset">Where it begins.</param>
        /// <param name="count">Its bytes.</param>
        /// <param name="more">Whether another follows.</param>
        /// <returns>Whether the next block is wanted; where none follows it counts for nothing.</returns>
        public virtual bool OnAnswer(FrameNode node, int status, int block, byte[] body, int offset, int count, bool more)
        {
            return true;
        }
    }
}
