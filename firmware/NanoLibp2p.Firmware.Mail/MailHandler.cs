using NanoLibp2p.Core;

namespace NanoLibp2p.Firmware.Mail
{
    /// <summary>What a device does with its mail: one object for all of it. Called from <see cref="Device.Step"/>; nothing may
    /// wait.</summary>
    public abstract class MailHandler
    {
        /// <summary>
        /// Whether mail of this sender and subject is wanted. Not asked of senders that the settings leave out (<c>mail-from</c>).
        /// </summary>
        /// <param name="mail">Sender, subject and time; there is no body yet.</param>
        /// <returns>True unless overridden; false has the sender told that it was refused.</returns>
        public virtual bool Wants(Postbox.Mail mail)
        {
            return true;
        }

        /// <summary>
        /// Mail, or the next part of a long one. It is in the board's store by now, and acknowledged behind this call. Called once for each
        /// message; again with <see cref="Postbox.Mail.SeenBefore"/> only when the board went down within this call.
        /// </summary>
        /// <param name="mail">The mail; nothing in it holds after the call.</param>
        public abstract void OnMail(Postbox.Mail mail);

        /// <summary>
        /// The gateway has no mailbox for this device. A handler that has a <c>PostboxSender</c> makes one: <c>sender.SignRecord()</c>,
        /// then <c>return sender.Configure(gateway)</c>.
        /// </summary>
        /// <param name="gateway">The connection to the gateway.</param>
        /// <returns>True when a request was begun, behind which the mail is asked for again; false unless overridden.</returns>
        public virtual bool OnNoMailbox(Connection gateway)
        {
            return false;
        }

        /// <summary>The mailbox was asked. A board that sleeps may call <see cref="Device.Stop"/> here: with nothing there it took one
        /// exchange.</summary>
        /// <param name="device">The device.</param>
        /// <param name="code">0 when nothing waits any more; else why not, as <see cref="Postbox.PostboxEvents.OnEnd"/> has it. The device
        /// asks again by itself.</param>
        public virtual void OnSynced(Device device, int code)
        {
        }
    }
}
