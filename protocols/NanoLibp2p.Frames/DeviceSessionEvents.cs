namespace NanoLibp2p.Frames
{
    /// <summary>What a <see cref="DeviceSession"/> tells. Called within its methods; buffers are lent until they return.</summary>
    public abstract class DeviceSessionEvents
    {
        /// <summary>Takes a frame for the link: it is covered by the store. May be dropped.</summary>
        /// <param name="session">Whose.</param>
        /// <param name="frame">Has the frame.</param>
        /// <param name="offset">Where it begins.</param>
        /// <param name="count">Its bytes.</param>
        public abstract void OnSend(DeviceSession session, byte[] frame, int offset, int count);

        /// <summary>A new root is stored: numbers begin at 0. Send a frame that asks, which proves it.</summary>
        public virtual void OnOpen(DeviceSession session)
        {
        }

        /// <summary>The gateway has ended the attempt to meet it: it does not admit this device.</summary>
        public virtual void OnRefused(DeviceSession session)
        {
        }

        /// <summary>A gateway answered first contact. Its card is verified: whether it is one of the device's, and its index not lower than
        /// the highest seen.</summary>
        /// <param name="session">Whose.</param>
        /// <param name="card">The card, <see cref="FrameCard.CardBytes"/> long.</param>
        /// <param name="staticKey">The static key that it signs.</param>
        /// <returns>Which of the device's gateways, 0 to 3; remember card and key. -1 for none of them.</returns>
        public virtual int OnGateway(DeviceSession session, byte[] card, byte[] staticKey)
        {
            return -1;
        }

        /// <summary>The gateway has told what it has taken: <see cref="DeviceSession.IsTaken"/>.</summary>
        public virtual void OnAcknowledged(DeviceSession session)
        {
        }

        /// <summary>A frame of the gateway that is to be acted on. The store remembers that it was here.</summary>
        /// <param name="session">Whose.</param>
        /// <param name="kind">Channel and sub: <see cref="FrameInner"/>.</param>
        /// <param name="asks">Whether an answer is wanted.</param>
        /// <param name="body">Has the body.</param>
        /// <param name="offset">Where it begins.</param>
        /// <param name="count">Its bytes.</param>
        /// <returns>Whether it was taken, and so is acknowledged.</returns>
        public virtual bool OnFrame(DeviceSession session, int kind, bool asks, byte[] body, int offset, int count)
        {
            return false;
        }
    }
}
