import { serveMember } from './executors/member-thread.js';

export default serveMember;
