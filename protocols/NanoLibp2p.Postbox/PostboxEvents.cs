namespace NanoLibp2p.Postbox
{
    /// <summary>What a postbox client asks and tells. Called from Node.Poll; nothing may wait or throw.</summary>
    public abstract class PostboxEvents
    {
        /// <summary>
        /// Whether mail of this sender and subject is wanted; asked before its body is complete, and before it is stored. What is not
        /// wanted is acknowledged as refused.
        /// </summary>
        /// <param name="client">The client.</param>
        /// <param name="mail">Sender, subject and time; there is no body yet.</param>
        /// <returns>True unless overridden.</returns>
        public virtual bool Wants(PostboxClient client, Mail mail)
        {
            return true;
        }

        /// <summary>
        /// Mail, or the next part of a long one: the body lies in the mail's buffer. It is stored by now, and acknowledged afterwards.
        /// Called once for each message, and again with <see cref="Mail.SeenBefore"/> when the board went down in the midst of it.
        /// </summary>
        public abstract void OnMail(PostboxClient client, Mail mail);

        /// <summary>A request is over: what was asked stands in the client's properties.</summary>
        /// <param name="client">The client, which takes a new request from now on.</param>
        /// <param name="code">0 when it is done, a gateway's code of 400 or more (SPEC.md 17), or a negative
        /// <see cref="PostboxResult"/>.</param>
        public virtual void OnEnd(PostboxClient client, int code)
        {
        }

        /// <summary>New mail waits at the gateway whose stream is followed: call <see cref="PostboxClient.Sync"/>.</summary>
        public virtual void OnWaiting(PostboxClient client)
        {
        }

        /// <summary>
        /// The time by a clock that the device's user, or a source that the user named, has set, in Unix seconds.
        /// </summary>
        /// <returns>0 unless overridden: the board has no clock, and refuses nothing as too late by it.</returns>
        public virtual uint UnixSeconds()
        {
            return 0;
        }
    }
}
